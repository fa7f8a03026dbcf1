BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Connect-NotionWorkspace with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll { $vault = New-TestVault -Kind $Kind }

    Context 'signing in with OAuth' {
        It 'takes -ClientId and -ClientSecret, keeps the connection and makes it the current one' {
            $app = New-FakeApp
            $person = Set-Person visit
            $client = @{ ClientId = $app.ClientId; ClientSecret = $app.SignIn.ClientSecret }
            $place = @{ RedirectUri = $fake.RedirectUri; BaseUri = $fake.BaseUri }
            $connection = Connect-NotionWorkspace @client @place -TimeoutSec 20 6>$null

            $connection.Name | Should -BeExactly $app.Workspace
            $connection.WorkspaceName | Should -BeExactly $app.Workspace
            $connection.AuthType | Should -Be 'OAuth'
            $connection.ClientId | Should -BeExactly $app.ClientId
            $connection.Vault | Should -BeExactly $vault.Name
            $connection.BaseUri | Should -Be ([uri]$fake.BaseUri)
            $connection.OwnerEmail | Should -BeLike '*@example.com'
            $connection.HasRefreshToken | Should -BeTrue
            $connection.IsCurrent | Should -BeTrue
            $connection.NeedsReconnect | Should -BeFalse
            $connection.RefreshedAt | Should -BeNullOrEmpty
            ([datetime]::UtcNow - $connection.ConnectedAt).TotalMinutes | Should -BeLessThan 1
            (Get-NotionConnection -Current).BotId | Should -BeExactly $connection.BotId
            Get-PersonPage $person | Should -Match ([regex]::Escape($app.Workspace))

            $issued = (Get-FakeState).tokens | Where-Object botId -EQ $connection.BotId
            $stored = Get-StoredConnection $connection.BotId
            $stored.version | Should -Be 1
            $stored.access_token | Should -BeExactly $issued.accessToken
            $stored.refresh_token | Should -BeExactly $issued.refreshToken
        }

        It 'takes -Credential' {
            $app = New-FakeApp
            $null = Set-Person visit
            $credential = [pscredential]::new($app.ClientId, $app.SignIn.ClientSecret)
            $place = @{ RedirectUri = $fake.RedirectUri; BaseUri = $fake.BaseUri }
            $connection = Connect-NotionWorkspace -Credential $credential @place -TimeoutSec 20 6>$null
            $connection.Name | Should -BeExactly $app.Workspace
            $connection.ClientId | Should -BeExactly $app.ClientId
        }

        It 'takes the client and the redirect URI from the environment' {
            $app = New-FakeApp
            $null = Set-Person visit
            try {
                $env:NOTION_CLIENT_ID, $env:NOTION_CLIENT_SECRET, $env:NOTION_REDIRECT_URI =
                    $app.ClientId, $app.ClientSecret, $fake.RedirectUri
                (Connect-NotionWorkspace -BaseUri $fake.BaseUri -TimeoutSec 20 6>$null).ClientId |
                    Should -BeExactly $app.ClientId
            }
            finally {
                $env:NOTION_CLIENT_ID = $env:NOTION_CLIENT_SECRET = $env:NOTION_REDIRECT_URI = $null
            }
        }

        It 'remembers the app registration, so that the next sign-in needs the client id at most' {
            $vault = New-TestVault -Kind $Kind
            $app = New-FakeApp
            $signIn = $app.SignIn
            $null = Set-Person visit
            $first = Connect-NotionWorkspace @signIn 6>$null

            $null = Set-Person visit
            $again = Connect-NotionWorkspace -ClientId $app.ClientId -BaseUri $fake.BaseUri -TimeoutSec 20 6>$null
            $again.BotId | Should -BeExactly $first.BotId

            $null = Set-Person visit
            (Connect-NotionWorkspace -BaseUri $fake.BaseUri -TimeoutSec 20 6>$null).BotId |
                Should -BeExactly $first.BotId
            @(Get-SecretInfo -Vault $vault.Name).Name | Sort-Object |
                Should -Be (@("NotionAuth-$($first.BotId)", "NotionAuth-app-$($app.ClientId)") | Sort-Object)
        }

        It 'gives the connection the name of -Name, and keeps it when the same bot signs in again without one' {
            $app = New-FakeApp
            $signIn = $app.SignIn
            $null = Set-Person visit
            $connection = Connect-NotionWorkspace @signIn -Name "Mine $($app.Workspace)" 6>$null
            $connection.Name | Should -BeExactly "Mine $($app.Workspace)"
            $null = Set-Person visit
            (Connect-NotionWorkspace @signIn 6>$null).Name | Should -BeExactly "Mine $($app.Workspace)"
            @(Get-NotionConnection | Where-Object BotId -EQ $connection.BotId).Count | Should -Be 1
        }

        It 'keeps what Notion adds to the token reply over time' {
            try {
                Set-FakeBehavior @{ extraTokenFields = @{ plan = 'enterprise'; nested = @{ list = @(1) } } }
                $signIn = (New-FakeApp).SignIn
                $null = Set-Person visit
                $connection = Connect-NotionWorkspace @signIn 6>$null
            }
            finally {
                Set-FakeBehavior @{ extraTokenFields = $null }
            }

            $stored = Get-StoredConnection $connection.BotId
            $stored.reply.plan | Should -BeExactly 'enterprise'
            $stored.reply.nested.list | Should -Be 1
            $stored.reply.PSObject.Properties.Name | Should -Not -Contain 'access_token'
        }

        It 'connects with an older integration, which has no refresh token' {
            $app = New-FakeApp -NoRefreshToken
            $signIn = $app.SignIn
            $null = Set-Person visit
            $connection = Connect-NotionWorkspace @signIn 6>$null
            $connection.HasRefreshToken | Should -BeFalse
            (Invoke-NotionRequest users/me -Connection $connection.Name).id | Should -BeExactly $connection.BotId
        }

        It 'replaces the pair of a bot that signs in again' {
            $signIn = (New-FakeApp).SignIn
            $null = Set-Person visit
            $first = Connect-NotionWorkspace @signIn 6>$null
            $before = (Get-StoredConnection $first.BotId).access_token
            $null = Set-Person visit
            $null = Connect-NotionWorkspace @signIn 6>$null
            (Get-StoredConnection $first.BotId).access_token | Should -Not -BeExactly $before
            (Invoke-NotionRequest users/me).id | Should -BeExactly $first.BotId
        }
    }

    Context 'with a token' {
        It 'takes -Token, validates it with users/me and keeps it' {
            $token = New-FakeToken
            $connection = Connect-NotionWorkspace -Token $token.SignIn.Token -BaseUri $fake.BaseUri
            $connection.Name | Should -BeExactly $token.Workspace
            $connection.AuthType | Should -Be 'Token'
            $connection.ClientId | Should -BeNullOrEmpty
            $connection.HasRefreshToken | Should -BeFalse
            (Get-StoredConnection $connection.BotId).access_token | Should -BeExactly $token.Text
            (Get-FakeRequest '/v1/users/me' -BotId $connection.BotId).Count | Should -Be 1
        }

        It 'trims what pipes and editors leave around a token: <What>' -ForEach @(
            @{ What = 'CR LF at its end'; Before = ''; After = "`r`n" }
            @{ What = 'blanks and a byte order mark'; Before = "$([char]0xFEFF)  "; After = "`t " }
        ) {
            $token = New-FakeToken
            $connection =
                Connect-NotionWorkspace -Token (ConvertTo-Secret "$Before$($token.Text)$After") -BaseUri $fake.BaseUri
            (Get-StoredConnection $connection.BotId).access_token | Should -BeExactly $token.Text
        }

        It 'takes it from the environment: <Variable>' -ForEach @{ Variable = 'NOTION_TOKEN' },
                @{ Variable = 'NOTION_API_TOKEN' } {
            $token = New-FakeToken
            try {
                [Environment]::SetEnvironmentVariable($Variable, "$($token.Text)`n")
                $connection = Connect-NotionWorkspace -FromEnvironment -BaseUri $fake.BaseUri
            }
            finally {
                [Environment]::SetEnvironmentVariable($Variable, $null)
            }

            $connection.Name | Should -BeExactly $token.Workspace
            (Get-StoredConnection $connection.BotId).access_token | Should -BeExactly $token.Text
        }

        It 'prefers NOTION_TOKEN to NOTION_API_TOKEN' {
            $wanted, $other = (New-FakeToken), (New-FakeToken)
            try {
                $env:NOTION_TOKEN, $env:NOTION_API_TOKEN = $wanted.Text, $other.Text
                (Connect-NotionWorkspace -FromEnvironment -BaseUri $fake.BaseUri).Name |
                    Should -BeExactly $wanted.Workspace
            }
            finally {
                $env:NOTION_TOKEN = $env:NOTION_API_TOKEN = $null
            }
        }
    }

    Context 'taking a stored connection' {
        BeforeAll {
            $signIn = (New-FakeApp).SignIn
            $null = Set-Person visit
            $stored = Connect-NotionWorkspace @signIn 6>$null
            $token = New-FakeToken
            $token = Connect-NotionWorkspace -Token $token.SignIn.Token -BaseUri $fake.BaseUri
        }

        It 'takes it by -Name alone, without a browser and without asking Notion' {
            Clear-FakeRequest
            $env:BROWSER = $null
            $connection = Connect-NotionWorkspace -Name $stored.Name.ToUpperInvariant()
            $connection.BotId | Should -BeExactly $stored.BotId
            $connection.IsCurrent | Should -BeTrue
            (Get-FakeRequest).Count | Should -Be 0
            (Invoke-NotionRequest users/me).id | Should -BeExactly $stored.BotId
        }

        It 'takes it by position' {
            (Connect-NotionWorkspace $token.Name).BotId | Should -BeExactly $token.BotId
        }

        It 'takes it from the pipeline, with its vault' {
            (Get-NotionConnection $stored.Name | Connect-NotionWorkspace).BotId | Should -BeExactly $stored.BotId
            (Get-NotionConnection -Current).BotId | Should -BeExactly $stored.BotId
        }

        It 'takes it in another process, which refreshes its token and keeps the new pair' {
            Invoke-FakeExpiry $stored.BotId
            $script = "`$null = Connect-NotionWorkspace -Name '$($stored.Name)'; (Invoke-NotionRequest users/me).id"
            Invoke-InProcess $script | Should -BeExactly $stored.BotId
            $live = (Get-FakeState).tokens | Where-Object { $_.botId -eq $stored.BotId -and $_.accessState -eq 'Live' }
            if ($Kind -eq 'NoMetadata') {
                (Get-StoredConnection $stored.BotId).access_token | Should -BeExactly $live.accessToken
            }
            Invoke-InProcess $script | Should -BeExactly $stored.BotId
            @((Get-FakeState).refreshRequests | Where-Object botId -EQ $stored.BotId).Count | Should -Be 1
        }
    }

    Context 'names' {
        BeforeAll {
            $first = New-FakeToken
            $first = Connect-NotionWorkspace -Token $first.SignIn.Token -BaseUri $fake.BaseUri -Name "Taken $Kind"
        }

        It 'leaves another bot''s connection of that name alone, and reports it' {
            $other = New-FakeToken
            $before = Get-VaultContent
            $name = "taken $Kind".ToUpperInvariant()
            Assert-NotionError {
                Connect-NotionWorkspace -Token $other.SignIn.Token -BaseUri $fake.BaseUri -Name $name
            } -Id NameInUse -Category ResourceExists -Says $first.BotId -Advises '-Force'
            Get-VaultContent | Should -BeExactly $before
            (Invoke-NotionRequest users/me -Connection "Taken $Kind").id | Should -BeExactly $first.BotId
        }

        It 'replaces it with -Force' {
            $other = New-FakeToken
            $connection =
                Connect-NotionWorkspace -Token $other.SignIn.Token -BaseUri $fake.BaseUri -Name "Taken $Kind" -Force
            @(Get-NotionConnection "Taken $Kind").BotId | Should -BeExactly $connection.BotId
            Get-SecretInfo -Name "NotionAuth-$($first.BotId)" | Should -BeNullOrEmpty
        }

        It 'makes a usable name of a workspace name with wildcards in it' {
            $token = New-FakeToken -Workspace "What*? [$Kind]"
            (Connect-NotionWorkspace -Token $token.SignIn.Token -BaseUri $fake.BaseUri).Name |
                Should -BeExactly "What-- -$Kind-"
        }
    }

    Context '-WhatIf' {
        It 'asks Notion nothing and writes nothing: <Set>' -ForEach @(
            @{ Set = 'OAuth' }, @{ Set = 'Token' }, @{ Set = 'Environment' }
        ) {
            $app, $token = (New-FakeApp), (New-FakeToken)
            $person = Set-Person visit
            $env:NOTION_TOKEN = $token.Text
            $before = Get-VaultContent
            $current = (Get-NotionConnection -Current).BotId
            Clear-FakeRequest
            $arguments = switch ($Set) {
                OAuth { $app.SignIn }
                Token { $token.SignIn }
                Environment { @{ FromEnvironment = $true; BaseUri = $fake.BaseUri } }
            }
            try {
                Connect-NotionWorkspace @arguments -WhatIf 6>$null | Should -BeNullOrEmpty
            }
            finally {
                $env:NOTION_TOKEN = $null
            }

            (Get-FakeRequest '/').Count | Should -Be 0
            Get-VaultContent | Should -BeExactly $before
            Join-Path $person address | Should -Not -Exist
            (Get-NotionConnection -Current).BotId | Should -BeExactly $current
        }

        It 'does not make a stored connection the current one' {
            $one, $two = (New-FakeToken), (New-FakeToken)
            $first = Connect-NotionWorkspace -Token $one.SignIn.Token -BaseUri $fake.BaseUri
            $second = Connect-NotionWorkspace -Token $two.SignIn.Token -BaseUri $fake.BaseUri
            Connect-NotionWorkspace -Name $first.Name -WhatIf 6>$null | Should -BeNullOrEmpty
            (Get-NotionConnection -Current).BotId | Should -BeExactly $second.BotId
        }
    }
}

Describe 'Connect-NotionWorkspace -SessionOnly' {
    BeforeAll { Remove-TestVault }

    It 'needs no vault: <Set>' -ForEach @{ Set = 'OAuth' }, @{ Set = 'Token' } {
        $null = Set-Person visit
        $arguments = if ($Set -eq 'OAuth') { (New-FakeApp).SignIn } else { (New-FakeToken).SignIn }
        $connection = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        $connection.Vault | Should -BeExactly ''
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
        (Get-NotionConnection $connection.Name | Where-Object Vault -EQ '').IsCurrent | Should -BeTrue
        (Connect-NotionWorkspace -Name $connection.Name -SessionOnly).BotId | Should -BeExactly $connection.BotId
    }

    It 'writes nothing into a vault that is there' {
        $null = New-TestVault -Kind NoMetadata
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $connection = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        Invoke-FakeExpiry $connection.BotId
        (Invoke-NotionRequest users/me).id |
            Should -BeExactly $connection.BotId -Because 'such a connection is refreshed like any other'
        Get-SecretInfo | Should -BeNullOrEmpty
        Remove-TestVault
    }

    It 'reports that there is no network, whatever the proxy' {
        $token = New-FakeToken
        $proxy = "http://localhost:$(Get-FreePort)"
        $place = @{ BaseUri = 'https://notion.example.com'; Proxy = $proxy }
        Assert-NotionError {
            Connect-NotionWorkspace -Token $token.SignIn.Token @place -SessionOnly
        } -Id ConnectionFailed -Category ConnectionError -Advises 'network.*-Proxy'
    }

    It 'reports an unknown one' {
        Assert-NotionError {
            Connect-NotionWorkspace -Name 'Nobody has this name' -SessionOnly
        } -Id ConnectionNotFound -Category ObjectNotFound -Says '-SessionOnly'
    }
}
