BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $callbackPort = ([uri]$fake.RedirectUri).Port
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

        It 'leaves a connection of that name of another bot alone, and says so' {
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

    Context 'when something is wrong' {
        BeforeAll {
            $vault = New-TestVault -Kind $Kind
            $kept = New-FakeApp
            $null = Set-Person visit
            $arguments = $kept.SignIn
            $keptConnection = Connect-NotionWorkspace @arguments 6>$null
            $before = Get-VaultContent
        }

        AfterEach {
            Clear-FakeFault
            Get-VaultContent | Should -BeExactly $before -Because 'what was stored before must still be there'
            (Get-NotionConnection -Current).BotId | Should -BeExactly $keptConnection.BotId -Because (
                'a failed sign-in must not change the current connection'
            )
            (Invoke-NotionRequest users/me -Connection $keptConnection.Name).id |
                Should -BeExactly $keptConnection.BotId -Because 'what was stored before must still be usable'
        }

        It 'names the connections that come near an unknown one' {
            $typo = $keptConnection.Name.Replace('Workspace', 'Wrokspace')
            Assert-NotionError {
                Connect-NotionWorkspace -Name $typo
            } -Id ConnectionNotFound -Category ObjectNotFound -Says (
                "Did you mean '$([regex]::Escape($keptConnection.Name))'"
            ) -Advises 'Get-NotionConnection'
        }

        It 'reports a wrong client secret' {
            $app = New-FakeApp
            $person = Set-Person visit
            Assert-NotionError {
                Connect-NotionWorkspace -ClientId $app.ClientId -ClientSecret (
                    ConvertTo-Secret 'secret_wrong'
                ) -RedirectUri $fake.RedirectUri -BaseUri $fake.BaseUri -TimeoutSec 20 6>$null
            } -Id InvalidClient -Category AuthenticationError -Advises 'client secret'
            Get-PersonPage $person | Should -Match 'Notion is not connected'
            Get-PersonStatus $person | Should -Be 400
        }

        It 'does not remember a client secret that was wrong' {
            @(Get-SecretInfo -Vault $vault.Name -Name 'NotionAuth-app-*').Count | Should -Be 1
        }

        It 'reports an unknown client id before a browser opens' {
            $person = Set-Person visit
            Assert-NotionError {
                Connect-NotionWorkspace -ClientId ([guid]::NewGuid()) -ClientSecret (
                    ConvertTo-Secret 'secret_x'
                ) -RedirectUri $fake.RedirectUri -BaseUri $fake.BaseUri -TimeoutSec 20 6>$null
            } -Id InvalidClient -Category AuthenticationError -Advises 'my-integrations'
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports a redirect URI that is not registered, character for character, before a browser opens' {
            $app = New-FakeApp
            $person = Set-Person visit
            $uri = "$($fake.RedirectUri)/"
            $arguments = $app.SignIn + @{}
            $arguments.RedirectUri = $uri
            $pattern = [regex]::Escape($uri)
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id RedirectUriNotRegistered -Category InvalidArgument -Says $pattern -Advises $pattern
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports that consent was denied, in the browser too' {
            $arguments = (New-FakeApp -Approval off).SignIn
            $person = Set-Person deny
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id AccessDenied -Category PermissionDenied -Advises 'Connect-NotionWorkspace'
            Get-PersonPage $person | Should -Match 'Access was not granted'
        }

        It 'reports a callback with error=<Code> as <Id>' -ForEach @(
            @{ Code = 'invalid_request'; Id = 'InvalidRequest'; Category = 'InvalidArgument' }
            @{ Code = 'unauthorized_client'; Id = 'UnauthorizedClient'; Category = 'AuthenticationError' }
            @{ Code = 'unsupported_response_type'; Id = 'UnsupportedResponseType'; Category = 'InvalidArgument' }
            @{ Code = 'invalid_scope'; Id = 'InvalidScope'; Category = 'InvalidArgument' }
            @{ Code = 'server_error'; Id = 'ServerError'; Category = 'ResourceUnavailable' }
            @{ Code = 'temporarily_unavailable'; Id = 'TemporarilyUnavailable'; Category = 'ResourceUnavailable' }
        ) {
            $arguments = (New-FakeApp).SignIn
            $person =
                Set-Person "callback error=$Code&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state={state}"
            Assert-NotionError { Connect-NotionWorkspace @arguments 6>$null } -Id $Id -Category $Category
            Get-PersonPage $person |
                Should -Not -Match '<script' -Because 'what Notion says of an error is foreign text'
        }

        It 'refuses a callback with <What> and says why when nobody else comes' -ForEach @(
            @{ What = 'a wrong state'; Query = 'code=stolen-code&state=wrong'; Id = 'StateMismatch' }
            @{ What = 'no state'; Query = 'code=stolen-code'; Id = 'StateMissing' }
            @{ What = 'a repeated state'; Query = 'code=stolen-code&state={state}&state={state}'; Id = 'StateRepeated' }
        ) {
            $arguments = (New-FakeApp).SignIn + @{}
            $arguments.TimeoutSec = 2
            Clear-FakeRequest
            $person = Set-Person "callback $Query"
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 3>$null 6>$null
            } -Id $Id -Category AuthenticationError -Says 'refused'
            Get-PersonStatus $person | Should -Be 400
            (Get-FakeRequest '/v1/oauth/token').Count |
                Should -Be 0 -Because 'a code without the right state is not Notion''s answer'
        }

        It 'reports a callback that has a code and an error' {
            $arguments = (New-FakeApp).SignIn
            $null = Set-Person 'callback code=a&error=access_denied&state={state}'
            Assert-NotionError { Connect-NotionWorkspace @arguments 6>$null } -Id InvalidCallback -Category InvalidData
        }

        It 'reports a code that Notion does not know' {
            $arguments = (New-FakeApp).SignIn
            $null = Set-Person 'callback code=made-up-code-000&state={state}'
            $record = Get-ErrorOf { Connect-NotionWorkspace @arguments 6>$null }
            Assert-NotionError -Record $record -Id InvalidGrant -Category AuthenticationError
            "$record" | Should -Not -Match 'made-up-code-000'
        }

        It 'reports that nobody came back in time' {
            $arguments = (New-FakeApp).SignIn + @{}
            $arguments.TimeoutSec = 2
            $null = Set-Person nothing
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id CallbackTimeout -Category OperationTimeout -Says (
                [regex]::Escape($fake.RedirectUri)
            ) -Advises '-TimeoutSec'
        }

        It 'reports that the port of every redirect URI is taken' {
            $port = Get-FreePort
            $app = New-FakeApp -RedirectUri "http://localhost:$port/callback"
            $arguments = $app.SignIn
            $listeners = foreach ($taken in $callbackPort, $port) {
                $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $taken)
                $listener.Start()
                $listener
            }

            try {
                Assert-NotionError {
                    Connect-NotionWorkspace @arguments 6>$null
                } -Id PortInUse -Category ResourceBusy -Says "$callbackPort.*$port" -Advises '-RedirectUri'
            }
            finally {
                foreach ($listener in $listeners) { $listener.Stop() }
            }
        }

        It 'reports that there is no browser' {
            $arguments = (New-FakeApp).SignIn
            $env:BROWSER = $null
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id BrowserUnavailable -Category NotInstalled -Advises '-NoBrowser|-PasteCallback'
        }

        It 'reports a browser that can not be started' {
            $arguments = (New-FakeApp).SignIn
            try {
                $env:BROWSER = '/bin/false'
                Assert-NotionError {
                    Connect-NotionWorkspace @arguments 6>$null
                } -Id BrowserFailed -Category InvalidOperation -Says '/bin/false' -Advises '-NoBrowser'
            }
            finally {
                $env:BROWSER = $null
            }
        }

        It 'reports a token with <What> in it, and does not repeat it' -ForEach @(
            @{ What = 'a line break'; Text = "ntn_firsthalf`r`nsecondhalf" }
            @{ What = 'a blank'; Text = 'ntn_firsthalf secondhalf' }
            @{ What = 'a letter that no token has'; Text = 'ntn_firsthälf' }
        ) {
            Clear-FakeRequest
            $record = Get-ErrorOf { Connect-NotionWorkspace -Token (ConvertTo-Secret $Text) -BaseUri $fake.BaseUri }
            Assert-NotionError -Record $record -Id InvalidToken -Category InvalidArgument
            ($record | Format-List * -Force | Out-String) | Should -Not -Match 'firsth'
            (Get-FakeRequest).Count | Should -Be 0
        }

        It 'reports an empty token: <What>' -ForEach @{ What = 'nothing'; Text = '' },
                @{ What = 'blanks and a line break'; Text = " `r`n" } {
            Assert-NotionError {
                Connect-NotionWorkspace -Token (ConvertTo-Secret $Text) -BaseUri $fake.BaseUri
            } -Id InvalidToken -Category InvalidArgument -Says 'empty'
        }

        It 'reports a token of the wrong kind' {
            Assert-NotionError {
                Connect-NotionWorkspace -Token (
                    ConvertTo-Secret 'nrt_ARefreshToken0000000000000'
                ) -BaseUri $fake.BaseUri
            } -Id WrongTokenKind -Category InvalidArgument -Says 'refresh token'
        }

        It 'refuses a token as plain text, and does not repeat it' {
            $record = Get-ErrorOf { Connect-NotionWorkspace -Token 'ntn_PlainTextToken00000' -BaseUri $fake.BaseUri }
            $record.FullyQualifiedErrorId | Should -Match 'ParameterArgumentTransformationError'
            "$record" | Should -Match 'SecureString'
            "$record" | Should -Not -Match 'PlainTextToken'
        }

        It 'reports a token that Notion rejects' {
            Assert-NotionError {
                Connect-NotionWorkspace -Token (
                    ConvertTo-Secret 'ntn_NobodyKnowsThisOne000000000'
                ) -BaseUri $fake.BaseUri
            } -Id Unauthorized -Category AuthenticationError
        }

        It 'reports an empty environment' {
            Assert-NotionError {
                Connect-NotionWorkspace -FromEnvironment -BaseUri $fake.BaseUri
            } -Id MissingEnvironmentToken -Category InvalidArgument -Says 'NOTION_TOKEN.*NOTION_API_TOKEN'
        }

        It 'refuses the base URI <Uri>' -ForEach @(
            @{ Uri = 'http://notion.example.com' }, @{ Uri = 'ftp://localhost' },
            @{ Uri = 'https://user@api.notion.com' }, @{ Uri = 'https://api.notion.com/v1' }, @{ Uri = 'notion' }
        ) {
            $token = New-FakeToken
            Assert-NotionError {
                Connect-NotionWorkspace -Token $token.SignIn.Token -BaseUri $Uri
            } -Id InvalidBaseUri -Category InvalidArgument -Advises 'https'
        }

        It 'reports that there is no network before a browser opens' {
            $app = New-FakeApp
            $person = Set-Person visit
            $arguments = $app.SignIn + @{}
            $arguments.BaseUri = "http://localhost:$(Get-FreePort)"
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id ConnectionFailed -Category ConnectionError -Advises 'network'
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports a client that is not known at all' {
            $vault2 = New-TestVault -Kind NoMetadata -Name Empty -Beside -NotDefault
            Assert-NotionError {
                Connect-NotionWorkspace -Vault $vault2.Name -BaseUri $fake.BaseUri -TimeoutSec 20
            } -Id MissingClient -Category InvalidArgument -Advises '-ClientId'
            Remove-TestVault Empty
        }

        It 'reports a client secret that is not known, and asks nobody where nobody is' {
            $result = Invoke-InRunspace {
                Connect-NotionWorkspace -ClientId 11111111-2222-4333-8444-555555555555 -BaseUri $baseUri -TimeoutSec 20
            } @{ baseUri = $fake.BaseUri }
            $expected = @{ Id = 'MissingClient'; Says = '11111111-2222'; Advises = '-ClientSecret' }
            Assert-NotionError -Record $result.Errors[0] -Category InvalidArgument @expected
        }

        It 'does not use the secret in the environment for another client id' {
            try {
                $env:NOTION_CLIENT_ID, $env:NOTION_CLIENT_SECRET = 'another-client', 'secret_of_another_client'
                $result = Invoke-InRunspace {
                    $client = '11111111-2222-4333-8444-555555555555'
                    Connect-NotionWorkspace -ClientId $client -BaseUri $baseUri -TimeoutSec 20
                } @{ baseUri = $fake.BaseUri }
                Assert-NotionError -Record $result.Errors[0] -Id MissingClient -Category InvalidArgument
            }
            finally {
                $env:NOTION_CLIENT_ID = $env:NOTION_CLIENT_SECRET = $null
            }
        }

        It 'refuses the client id <Text>' -ForEach @{ Text = 'a/b' }, @{ Text = '*' }, @{ Text = 'with blank' } {
            Assert-NotionError {
                Connect-NotionWorkspace -ClientId $Text -ClientSecret (
                    ConvertTo-Secret x
                ) -BaseUri $fake.BaseUri -TimeoutSec 20
            } -Id InvalidClientId -Category InvalidArgument
        }

        It 'refuses the connection name <Text>' -ForEach @{ Text = 'a*' }, @{ Text = '[x]' }, @{ Text = "line`nbreak" },
                @{ Text = ' ' }, @{ Text = 'x' * 101 } {
            $token = New-FakeToken
            Assert-NotionError {
                Connect-NotionWorkspace -Name $Text -Token $token.SignIn.Token -BaseUri $fake.BaseUri
            } -Id InvalidName -Category InvalidArgument
        }

        It 'refuses the Notion-Version <Text>' -ForEach @{ Text = 'latest' }, @{ Text = '2026-13-01' } {
            $token = New-FakeToken
            Assert-NotionError {
                Connect-NotionWorkspace -Token $token.SignIn.Token -BaseUri $fake.BaseUri -NotionVersion $Text
            } -Id InvalidNotionVersion -Category InvalidArgument -Advises '2026-03-11'
        }

        It 'refuses the redirect URI <Text>' -ForEach @(
            @{ Text = 'https://localhost:8914/callback' }, @{ Text = 'http://example.com:8914/callback' },
            @{ Text = 'http://localhost/callback' }, @{ Text = 'http://localhost:8914/callback?x=1' },
            @{ Text = 'callback' }
        ) {
            $app = New-FakeApp
            $arguments = $app.SignIn + @{}
            $arguments.RedirectUri = $Text
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id InvalidRedirectUri -Category InvalidArgument -Advises 'localhost:8914'
        }

        It 'refuses a redirect URI in the environment that is none' {
            $app = New-FakeApp
            try {
                $env:NOTION_REDIRECT_URI = 'not a uri'
                $arguments = $app.SignIn + @{}
                $arguments.Remove('RedirectUri')
                Assert-NotionError {
                    Connect-NotionWorkspace @arguments 6>$null
                } -Id InvalidRedirectUri -Category InvalidArgument
            }
            finally {
                $env:NOTION_REDIRECT_URI = $null
            }
        }

        It 'does not wait for a person in a host that has none: <What>' -ForEach @(
            @{ What = 'a sign-in without -TimeoutSec'; More = @{} }
            @{ What = '-PasteCallback'; More = @{ PasteCallback = $true; TimeoutSec = 20 } }
        ) {
            $arguments = (New-FakeApp).SignIn + @{}
            $arguments.Remove('TimeoutSec')
            $arguments += $More
            $person = Set-Person visit
            $result = Invoke-InRunspace { Connect-NotionWorkspace @arguments } @{ arguments = $arguments }
            Assert-NotionError -Record $result.Errors[0] -Id NotInteractive -Category InvalidOperation -Advises '-Name'
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports a reply that is no token reply' {
            $arguments = (New-FakeApp).SignIn
            Add-FakeFault @{ path = '/v1/oauth/token'; status = 200; body = '{"access_token":"ntn_x"}' }
            $null = Set-Person visit
            Assert-NotionError { Connect-NotionWorkspace @arguments 6>$null } -Id InvalidReply -Category InvalidData
        }

        It 'reports a vault that is not registered: <How>' -ForEach @{ How = '-Vault' }, @{ How = 'NOTIONAUTH_VAULT' } {
            $arguments = (New-FakeToken).SignIn + @{}
            try {
                if ($How -eq '-Vault') { $arguments.Vault = 'Nowhere' } else { $env:NOTIONAUTH_VAULT = 'Nowhere' }
                Assert-NotionError {
                    Connect-NotionWorkspace @arguments
                } -Id VaultNotFound -Category ObjectNotFound -Says 'Nowhere' -Advises 'Register-SecretVault'
            }
            finally {
                $env:NOTIONAUTH_VAULT = $null
            }
        }
    }

    Context 'stored secrets that can not be read' {
        BeforeAll {
            $vault = New-TestVault -Kind $Kind
            $good = New-FakeToken
            $good = Connect-NotionWorkspace -Token $good.SignIn.Token -BaseUri $fake.BaseUri
        }

        It 'leaves <What> alone when the same bot connects again, and says so' -ForEach @(
            @{ What = 'a secret that is not ours'; Text = 'somebody else''s secret'; Id = 'SecretInvalid' }
            @{ What = 'a broken secret'; Text = '{"version":1,"bot_id":'; Id = 'SecretInvalid' }
            @{
                What = 'a secret of a newer version'; Text = '{"version":2,"access_token":"ntn_newer"}'
                Id = 'SecretTooNew'
            }
        ) {
            $token = New-FakeToken
            $botId = (Invoke-NotionRequest users/me -Token $token.SignIn.Token -BaseUri $fake.BaseUri).id
            Set-Secret -Name "NotionAuth-$botId" -Secret (ConvertTo-Secret $Text) -Vault $vault.Name
            $before = Get-VaultContent
            $arguments = $token.SignIn
            $record = Get-ErrorOf { Connect-NotionWorkspace @arguments }
            Assert-NotionError -Record $record -Id $Id -Category InvalidData -Says $botId
            "$record" | Should -Not -Match 'ntn_newer|somebody'
            Get-VaultContent | Should -BeExactly $before
            (Connect-NotionWorkspace -Name $good.Name).BotId | Should -BeExactly $good.BotId
            (Invoke-NotionRequest users/me).id | Should -BeExactly $good.BotId
        }

        It 'writes over a broken secret with -Force, but never over one of a newer version' {
            $token = New-FakeToken
            $botId = (Invoke-NotionRequest users/me -Token $token.SignIn.Token -BaseUri $fake.BaseUri).id
            $arguments = $token.SignIn
            Set-Secret -Name "NotionAuth-$botId" -Secret (ConvertTo-Secret '{"version":2}') -Vault $vault.Name
            Assert-NotionError {
                Connect-NotionWorkspace @arguments -Force
            } -Id SecretTooNew -Category InvalidData -Advises 'Update-Module'
            Set-Secret -Name "NotionAuth-$botId" -Secret (ConvertTo-Secret '{"version":1') -Vault $vault.Name
            (Connect-NotionWorkspace @arguments -Force).BotId | Should -BeExactly $botId
        }
    }
}

Describe 'Connect-NotionWorkspace and the vault' {
    It 'names the two commands that set a vault up where there is none' {
        Remove-TestVault
        $arguments = (New-FakeToken).SignIn
        Clear-FakeRequest
        Assert-NotionError {
            Connect-NotionWorkspace @arguments
        } -Id VaultNotConfigured -Category InvalidOperation -Advises ('Install-Module ' +
            'Microsoft.PowerShell.SecretStore.*Register-SecretVault')
        (Get-FakeRequest).Count | Should -Be 0 -Because 'nothing can be kept'
    }

    It 'takes the only vault, though it is not the default' {
        Remove-TestVault
        $only = New-TestVault -Kind NoMetadata -Name Only -NotDefault
        $arguments = (New-FakeToken).SignIn
        (Connect-NotionWorkspace @arguments).Vault | Should -BeExactly $only.Name
    }

    It 'does not guess between several vaults without a default' {
        Remove-TestVault
        $null = New-TestVault -Kind NoMetadata -Name One -NotDefault
        $null = New-TestVault -Kind NoMetadata -Name Two -NotDefault -Beside
        if (Get-SecretVault | Where-Object IsDefault) { Set-SecretVaultDefault -ClearDefault }
        $arguments = (New-FakeToken).SignIn
        Assert-NotionError {
            Connect-NotionWorkspace @arguments
        } -Id VaultNotConfigured -Category InvalidOperation -Says 'One.*Two' -Advises '-Vault.*Set-SecretVaultDefault'
        (Connect-NotionWorkspace @arguments -Vault Two).Vault | Should -BeExactly 'Two'
        try {
            $env:NOTIONAUTH_VAULT = 'One'
            (Connect-NotionWorkspace @arguments).Vault | Should -BeExactly 'One'
        }
        finally {
            $env:NOTIONAUTH_VAULT = $null
        }
    }

    It 'finds out that a vault is <Trouble> before a person is sent to the browser' -ForEach @{ Trouble = 'read-only' },
            @{ Trouble = 'broken' } {
        $vault = New-TestVault -Kind NoMetadata
        Set-VaultTrouble $vault $Trouble
        $arguments = (New-FakeApp).SignIn
        $person = Set-Person visit
        Assert-NotionError {
            Connect-NotionWorkspace @arguments 6>$null
        } -Id VaultFailed -Category InvalidOperation -Says $Trouble -Advises 'Get-SecretVault'
        Join-Path $person address | Should -Not -Exist
    }

    It 'says what to do about a locked vault where nobody can be asked, and leaves it as it is' -Tag SecretStore -Skip:(
        -not (Test-SecretStore)
    ) {
        $token = New-FakeToken
        $place = New-TestFolder 'locked'
        Initialize-SecretStore -HomeFolder $place -PasswordText 'store password'
        $unlock = "Unlock-SecretStore -Password ([Net.NetworkCredential]::new('', 'store password').SecurePassword)"
        try {
            $env:NOTION_TOKEN = $token.Text
            $made = Invoke-InProcess -HomeFolder $place -Script @"
$unlock
Register-SecretVault -Name Locked -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
(Connect-NotionWorkspace -FromEnvironment -BaseUri '$($fake.BaseUri)').Name
"@
            $made | Should -BeExactly $token.Workspace
            $lines = @(Invoke-InProcess -HomeFolder $place -Script @"
`$commands = { Connect-NotionWorkspace -FromEnvironment -BaseUri '$($fake.BaseUri)' },
    { Connect-NotionWorkspace -Name '$made' },
    { Get-NotionConnection -ErrorAction Stop },
    { Test-NotionToken '$made' -ErrorAction Stop },
    { Revoke-NotionToken '$made' -Confirm:`$false -ErrorAction Stop },
    { Invoke-NotionRequest users/me -Connection '$made' -ErrorAction Stop }
foreach (`$command in `$commands) {
    try { & `$command }
    catch { `$_.FullyQualifiedErrorId, `$_.CategoryInfo.Category, `$_.ErrorDetails.RecommendedAction -join '|' }
}
"@)
            $after = Invoke-InProcess -HomeFolder $place -Script @"
$unlock
(Invoke-NotionRequest users/me -Connection '$made').bot.workspace_name
"@
        }
        finally {
            $env:NOTION_TOKEN = $null
        }

        $lines.Count | Should -Be 6
        foreach ($line in $lines) {
            $line | Should -Match '^VaultLocked,NotionAuth\.Commands\.\w+\|AuthenticationError\|.*Unlock-SecretStore'
        }
        $after | Should -BeExactly $token.Workspace -Because 'the locked vault was left as it is'
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

Describe 'The sign-in of Connect-NotionWorkspace' {
    It 'goes on after requests that are not the callback' {
        $arguments = (New-FakeApp).SignIn
        $person = Set-Person 'path /favicon.ico', 'path /callback/', 'callback code=stolen&state=wrong', visit
        $connection = Connect-NotionWorkspace @arguments -SessionOnly -WarningVariable warnings 3>$null 6>$null
        $connection.AuthType | Should -Be 'OAuth'
        1..4 | ForEach-Object { Get-PersonStatus $person $_ } | Should -Be 404, 404, 400, 200
        "$warnings" | Should -Match 'state'
    }

    It 'goes on with -Debug where nobody can be asked, after each line that is shown: <Where>' -ForEach @{
        Where = 'a runspace of its own'
    }, @{ Where = 'pwsh -NonInteractive' } {
        $app, $token = (New-FakeApp), (New-FakeToken)
        $arguments = $app.SignIn
        $person = Set-Person 'callback code=stolen&state=wrong', visit
        if ($Where -eq 'a runspace of its own') {
            $run = Invoke-InRunspace {
                (Connect-NotionWorkspace @arguments -SessionOnly -Debug).Name
            } @{ arguments = $arguments }
            $run.Errors | Should -BeNullOrEmpty
            $run.Output | Should -BeExactly $app.Workspace
            "$($run.Warnings)" | Should -Match 'state'
            "$($run.Verbose)" | Should -Match '/v1/oauth/token 200'
        }
        else {
            try {
                $env:NOTION_CLIENT_ID, $env:NOTION_CLIENT_SECRET, $env:NOTION_TOKEN =
                    $app.ClientId, $app.ClientSecret, $token.Text
                $lines = Invoke-InProcess @"
`$place = @{ RedirectUri = '$($fake.RedirectUri)'; BaseUri = '$($fake.BaseUri)' }
(Connect-NotionWorkspace @place -TimeoutSec 20 -SessionOnly -Debug 4>`$null 3>`$null 6>`$null).Name
(Connect-NotionWorkspace -FromEnvironment -BaseUri '$($fake.BaseUri)' -SessionOnly -Debug 4>`$null).Name
"@
            }
            finally {
                $env:NOTION_CLIENT_ID = $env:NOTION_CLIENT_SECRET = $env:NOTION_TOKEN = $null
            }

            $lines | Should -Be $app.Workspace, $token.Workspace
        }

        Get-PersonStatus $person 1 | Should -Be 400
    }

    It 'ends at a refused callback where -WarningAction Stop wants that' {
        $arguments = (New-FakeApp).SignIn
        $null = Set-Person 'callback code=stolen&state=wrong', visit
        {
            Connect-NotionWorkspace @arguments -SessionOnly -WarningAction Stop 6>$null
        } | Should -Throw -ErrorId 'ActionPreferenceStop*'
    }

    It 'answers a callback once' {
        $arguments = (New-FakeApp).SignIn
        $null = Set-Person visit
        $null = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        {
            [Net.Sockets.TcpClient]::new('localhost', $callbackPort).Dispose()
        } | Should -Throw -Because 'the port is closed once the sign-in is over'
    }

    It 'listens on the first redirect URI whose port is free, and sends Notion exactly that one' {
        $port = Get-FreePort
        $second = "http://localhost:$port/notion/CallBack"
        $app = New-FakeApp -RedirectUri $second
        $arguments = $app.SignIn
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $callbackPort)
        $listener.Start()
        Clear-FakeRequest
        try {
            $null = Set-Person visit
            $null = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        }
        finally {
            $listener.Stop()
        }

        (Get-FakeRequest '/v1/oauth/token').body | ConvertFrom-Json | ForEach-Object redirect_uri |
            Should -BeExactly $second
    }

    It 'asks for the owner <Owner>' -ForEach @{ Owner = 'user' }, @{ Owner = 'workspace' } {
        $arguments = (New-FakeApp).SignIn
        Clear-FakeRequest
        $null = Set-Person visit
        $null = Connect-NotionWorkspace @arguments -Owner $Owner -SessionOnly 6>$null
        foreach ($request in Get-FakeRequest '/v1/oauth/authorize') {
            $request.query | Should -Match "[?&]owner=$Owner(&|$)"
        }
    }

    It 'uses a new state of 128 bits or more each time' {
        $arguments = (New-FakeApp).SignIn
        $states = foreach ($round in 1, 2) {
            Clear-FakeRequest
            $null = Set-Person visit
            $null = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
            (Get-FakeRequest '/v1/oauth/authorize')[-1].query -match '[?&]state=([^&]+)' | Should -BeTrue
            $Matches[1]
        }

        $states[0] | Should -Not -BeExactly $states[1]
        foreach ($state in $states) { $state.Length | Should -BeGreaterOrEqual 22 }
    }

    It 'understands an owner of the shape <Shape>' -ForEach @{ Shape = 'UserFull' }, @{ Shape = 'UserPartial' },
            @{ Shape = 'UserWithEmptyPerson' }, @{ Shape = 'Workspace' } {
        $arguments = (New-FakeApp).SignIn
        $null = Set-Person visit
        try {
            Set-FakeBehavior @{ ownerShape = $Shape }
            $connection = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        }
        finally {
            Set-FakeBehavior @{ ownerShape = 'UserFull' }
        }

        $connection.OwnerType | Should -BeExactly ($Shape -eq 'Workspace' ? 'workspace' : 'user')
        [bool]$connection.OwnerEmail | Should -Be ($Shape -eq 'UserFull')
        [bool]$connection.OwnerId | Should -Be ($Shape -ne 'Workspace')
    }

    It 'understands OAuth errors of the shape that the reference documents too' {
        $app = New-FakeApp
        $null = Set-Person visit
        try {
            Set-FakeBehavior @{ documentedOAuthErrors = $true }
            Assert-NotionError {
                Connect-NotionWorkspace -ClientId $app.ClientId -ClientSecret (
                    ConvertTo-Secret 'secret_wrong'
                ) -RedirectUri $fake.RedirectUri -BaseUri $fake.BaseUri -TimeoutSec 20 -SessionOnly 6>$null
            } -Id InvalidClient -Category AuthenticationError
        }
        finally {
            Set-FakeBehavior @{ documentedOAuthErrors = $false }
        }
    }

    It 'prints the address and opens nothing with -NoBrowser' {
        $arguments = (New-FakeApp).SignIn
        $person = Set-Person visit
        $shell = New-RunspaceShell @{ arguments = $arguments }
        $null = $shell.AddScript('Connect-NotionWorkspace @arguments -NoBrowser -SessionOnly')
        try {
            $run = $shell.BeginInvoke()
            Wait-Until { $shell.Streams.Information.Count -gt 0 -or $run.IsCompleted } 'the address was printed'
            "$($shell.Streams.Information[0])" -match "$([regex]::Escape($fake.BaseUri))v1/oauth/authorize\S+" |
                Should -BeTrue
            $address = $Matches[0]
            Join-Path $person address | Should -Not -Exist
            & $env:BROWSER $address
            $shell.EndInvoke($run).AuthType | Should -Be 'OAuth'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }

    It 'keeps the Notion-Version of -NotionVersion and sends it with every request' {
        $arguments = (New-FakeToken).SignIn
        $connection = Connect-NotionWorkspace @arguments -NotionVersion 2022-06-28 -SessionOnly
        $connection.NotionVersion | Should -BeExactly '2022-06-28'
        Clear-FakeRequest
        $null = Invoke-NotionRequest users/me
        (Get-FakeRequest '/v1/users/me').headers.'Notion-Version' | Should -BeExactly '2022-06-28'
    }

    It 'ends at once with Ctrl+C, and frees the port' {
        $arguments = (New-FakeApp).SignIn
        $null = Set-Person nothing
        $shell = New-RunspaceShell @{ arguments = $arguments }
        $null = $shell.AddScript('Connect-NotionWorkspace @arguments -SessionOnly')
        try {
            $run = $shell.BeginInvoke()
            $person = $env:NOTIONAUTH_TEST_PERSON
            Wait-Until { (Test-Path -LiteralPath "$person/done") -or $run.IsCompleted } 'the browser opened'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }

        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $callbackPort)
        try { { $listener.Start() } | Should -Not -Throw } finally { $listener.Stop() }
    }

    It 'does not hand the secrets in the environment to the browser' {
        $app = New-FakeApp
        $person = Set-Person visit
        try {
            $env:NOTION_CLIENT_ID, $env:NOTION_CLIENT_SECRET = $app.ClientId, $app.ClientSecret
            $place = @{ RedirectUri = $fake.RedirectUri; BaseUri = $fake.BaseUri }
            $null = Connect-NotionWorkspace @place -TimeoutSec 20 -SessionOnly 6>$null
        }
        finally {
            $env:NOTION_CLIENT_ID = $env:NOTION_CLIENT_SECRET = $null
        }

        Get-Content -LiteralPath "$person/environment" -Raw | Should -Not -Match ([regex]::Escape($app.ClientSecret))
        Get-Content -LiteralPath "$person/environment" -Raw | Should -Match 'PATH='
    }
}
