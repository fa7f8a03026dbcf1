BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion

    # One process-only connection to the seeded workspace, for all that has nothing to do with vaults.
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $connection = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Invoke-NotionRequest' {
    AfterEach { Clear-FakeFault }

    Context 'connections' {
        It 'reports that nothing is connected' {
            $result = Invoke-InRunspace { Invoke-NotionRequest users/me }
            $expected = @{ Category = 'InvalidOperation'; Advises = 'Connect-NotionWorkspace' }
            Assert-NotionError -Record $result.Errors[0] -Id NotConnected @expected
        }

        It 'gives each runspace a current connection of its own' {
            $shells = 1, 2 | ForEach-Object { New-RunspaceShell @{ arguments = (New-FakeToken).SignIn } }
            try {
                $bots = foreach ($shell in $shells) {
                    $shell.AddScript('(Connect-NotionWorkspace @arguments -SessionOnly).BotId').Invoke()
                }
                $used = foreach ($shell in $shells) {
                    $shell.Commands.Clear()
                    $shell.AddScript('(Invoke-NotionRequest users/me).id').Invoke()
                }

                $used | Should -Be $bots
                $bots[0] | Should -Not -Be $bots[1]
                (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
            }
            finally {
                foreach ($shell in $shells) { $shell.Runspace.Dispose(); $shell.Dispose() }
            }
        }
    }
}

Describe 'Invoke-NotionRequest with a connection in a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind

        function Connect-Fake {
            [CmdletBinding()]
            param()

            $null = Set-Person visit
            $app = New-FakeApp -Workspace "Refresh $([guid]::NewGuid().ToString('N').Substring(0, 8))"
            $signIn = $app.SignIn
            Connect-NotionWorkspace @signIn 6>$null | Add-Member -NotePropertyName App -NotePropertyValue $app -PassThru
        }

        function Get-RefreshCount {
            [CmdletBinding()]
            param([string] $ClientId, [switch] $Granted)

            @((Get-FakeState).refreshRequests |
                Where-Object { $_.clientId -eq $ClientId -and (-not $Granted -or $_.granted) }).Count
        }

        function Get-LiveToken {
            [CmdletBinding()]
            param([string] $BotId)

            (Get-FakeState).tokens | Where-Object { $_.botId -eq $BotId -and $_.accessState -eq 'Live' }
        }
    }

    AfterEach { Clear-FakeFault }

    It 'refreshes an expired token without the user noticing, and keeps the new pair' {
        $connection = Connect-Fake
        Invoke-FakeExpiry $connection.BotId
        $streams = @{ WarningVariable = 'warnings'; ErrorVariable = 'errors'; InformationVariable = 'information' }
        $answer = Invoke-NotionRequest users/me @streams
        $answer.id | Should -BeExactly $connection.BotId
        @($warnings) + @($errors) + @($information) | Should -BeNullOrEmpty
        $live = Get-LiveToken $connection.BotId
        $stored = Get-StoredConnection $connection.BotId
        $stored.access_token | Should -BeExactly $live.accessToken
        $stored.refresh_token | Should -BeExactly $live.refreshToken
        (Get-NotionConnection $connection.Name).RefreshedAt | Should -Not -BeNullOrEmpty
        Get-RefreshCount $connection.ClientId | Should -Be 1
    }

    It 'refreshes before a write too, and writes once' {
        $connection = Connect-Fake
        $made = Invoke-NotionRequest pages -Method POST -Body @{
            parent = @{ workspace = $true }; properties = @{ title = @(@{ text = @{ content = 'A page' } }) }
        }
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest
        $null = Invoke-NotionRequest "pages/$($made.id)" -Method PATCH -Body @{ in_trash = $true }
        (Get-FakeRequest '/v1/pages').status | Should -Be 401, 200
    }

    It 'refreshes in the middle of a list' {
        $connection = Connect-Fake
        $null = Invoke-FakeNotionControl 'seed' -Body @{
            workspaceName = $connection.WorkspaceName; rows = 25; blocks = 1; pages = @()
        }
        $source = (
            Invoke-NotionRequest search -Method POST -Body @{ filter = @{ property = 'object'; value = 'data_source' } }
        ).results[0]
        $count = 0
        Invoke-NotionRequest "data_sources/$($source.id)/query" -Method POST -All -PageSize 5 | ForEach-Object {
            $count++
            if ($count -eq 8) { Invoke-FakeExpiry $connection.BotId }
        }

        $count | Should -Be 25
        Get-RefreshCount $connection.ClientId | Should -Be 1
    }

    It 'does not deadlock when the pipeline of a list calls it again with an expired token' {
        $connection = Connect-Fake
        $null = Invoke-FakeNotionControl 'seed' -Body @{
            workspaceName = $connection.WorkspaceName; rows = 25; blocks = 1; pages = @()
        }
        $source = (
            Invoke-NotionRequest search -Method POST -Body @{ filter = @{ property = 'object'; value = 'data_source' } }
        ).results[0]
        $shell = New-RunspaceShell @{
            name = $connection.Name; path = "data_sources/$($source.id)/query"
            expire = "$($fake.BaseUri)_control/expire"; body = @{ botId = $connection.BotId } | ConvertTo-Json
        }
        $null = $shell.AddScript({
                Invoke-NotionRequest $path -Method POST -All -PageSize 5 -Connection $name | ForEach-Object {
                    $null = Invoke-RestMethod $expire -Method Post -Body $body -ContentType application/json
                    (Invoke-NotionRequest users/me -Connection $name).id
                }
            }.ToString())
        try {
            $run = $shell.BeginInvoke()
            $run.AsyncWaitHandle.WaitOne(60000) | Should -BeTrue -Because 'a deadlock never ends'
            $shell.EndInvoke($run) | Should -Be (@($connection.BotId) * 25)
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally {
            $null = $shell.BeginStop($null, $null)
        }

        (Get-LiveToken $connection.BotId).accessToken |
            Should -BeExactly (Get-StoredConnection $connection.BotId).access_token
    }

    It 'refreshes once for eight runspaces that meet an expired token at the same time' {
        $connection = Connect-Fake
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest

        # Held until all eight are there, so that each of them has the old token.
        Add-FakeFault @{ kind = 'delay'; delayMs = 1500; path = '/v1/users/me'; times = 8 }
        $module = Get-NotionAuthPath
        $name = $connection.Name
        $bots = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:module
            (Invoke-NotionRequest users/me -Connection $using:name).id
        }

        $bots | Should -Be (@($connection.BotId) * 8)
        Get-RefreshCount $connection.ClientId | Should -Be 1
        (Get-StoredConnection $connection.BotId).access_token |
            Should -BeExactly (Get-LiveToken $connection.BotId).accessToken
    }

    It 'uses named connections side by side in ForEach-Object -Parallel' {
        $connections = (Connect-Fake), (Connect-Fake), (Connect-Fake)
        foreach ($connection in $connections) { Invoke-FakeExpiry $connection.BotId }
        $module = Get-NotionAuthPath
        $found = $connections | ForEach-Object -ThrottleLimit 3 -Parallel {
            Import-Module $using:module
            $answer = Invoke-NotionRequest users/me -Connection $_.Name
            '{0} {1}' -f $_.BotId, $answer.id
        }

        $found | Sort-Object | Should -Be ($connections | ForEach-Object { "$($_.BotId) $($_.BotId)" } | Sort-Object)
        foreach ($connection in $connections) {
            (Get-StoredConnection $connection.BotId).access_token |
                Should -BeExactly (Get-LiveToken $connection.BotId).accessToken
        }
    }

    It 'loses no pair when Ctrl+C comes during a refresh' {
        $connection = Connect-Fake
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest
        Add-FakeFault @{ kind = 'delay'; delayMs = 1000; path = '/v1/oauth/token' }
        $shell = New-RunspaceShell @{ name = $connection.Name }
        try {
            $run = $shell.AddScript('Invoke-NotionRequest users/me -Connection $name').BeginInvoke()
            Wait-Until { (Get-FakeRequest '/v1/oauth/token').Count -or $run.IsCompleted } 'the refresh is on its way'
            $shell.Stop()
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }

        (Get-StoredConnection $connection.BotId).access_token |
            Should -BeExactly (Get-LiveToken $connection.BotId).accessToken
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
        Get-RefreshCount $connection.ClientId | Should -Be 1
    }

    It 'says once that a person must sign in again, keeps what is stored, and works again after that' {
        $connection = Connect-Fake
        $null = Invoke-FakeNotionControl 'revoke' -Body @{ botId = $connection.BotId }
        $before = (Get-StoredConnection $connection.BotId).refresh_token
        foreach ($round in 1..3) {
            Assert-NotionError {
                Invoke-NotionRequest users/me -ErrorAction Stop
            } -Id NeedsReconnect -Category AuthenticationError -Says $connection.Name -Advises (
                "Connect-NotionWorkspace -Name '$($connection.Name)' -ClientId $($connection.ClientId)"
            )
        }

        Get-RefreshCount $connection.ClientId | Should -Be 1 -Because 'a refused refresh token is not tried again'
        (Get-StoredConnection $connection.BotId).refresh_token | Should -BeExactly $before
        (Get-NotionConnection $connection.Name).NeedsReconnect | Should -BeTrue
        $null = Set-Person visit
        $place = @{ RedirectUri = $fake.RedirectUri; BaseUri = $fake.BaseUri; TimeoutSec = 20 }
        $null = Connect-NotionWorkspace -Name $connection.Name -ClientId $connection.ClientId @place 6>$null
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
    }

    It 'refreshes nothing for a token connection that Notion rejects' {
        $token = New-FakeToken
        $arguments = $token.SignIn
        $connection = Connect-NotionWorkspace @arguments
        $null = Invoke-FakeNotionControl 'revoke' -Body @{ token = $token.Text }
        Assert-NotionError {
            Invoke-NotionRequest users/me -ErrorAction Stop
        } -Id Unauthorized -Category AuthenticationError -Advises 'Connect-NotionWorkspace'
        (Get-StoredConnection $connection.BotId).access_token | Should -BeExactly $token.Text
    }

    It 'reports that the app registration is gone' {
        $connection = Connect-Fake
        Invoke-FakeExpiry $connection.BotId
        Remove-Secret -Name "NotionAuth-app-$($connection.ClientId)" -Vault $vault.Name
        Assert-NotionError {
            Invoke-NotionRequest users/me -ErrorAction Stop
        } -Id MissingClient -Category ObjectNotFound -Says $connection.ClientId -Advises '-ClientSecret'
        Get-RefreshCount $connection.ClientId | Should -Be 0
        Get-StoredConnection $connection.BotId | Should -Not -BeNullOrEmpty
    }

    It 'reports a client secret that was changed at Notion, and keeps the refresh token' {
        $connection = Connect-Fake
        Invoke-FakeExpiry $connection.BotId
        Set-FakeApp $connection.App @{ clientSecret = 'secret_ChangedAtNotionSinceThen00000000001' }
        Assert-NotionError {
            Invoke-NotionRequest users/me -ErrorAction Stop
        } -Id InvalidClient -Category AuthenticationError -Advises 'client secret'
        Set-FakeApp $connection.App @{ clientSecret = $connection.App.ClientSecret }
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
    }

    It 'reports a vault that was removed meanwhile, does not spend the refresh token, and works when it is back' {
        $connection = Connect-Fake
        Invoke-FakeExpiry $connection.BotId
        Unregister-SecretVault -Name $vault.Name
        try {
            Assert-NotionError {
                Invoke-NotionRequest users/me -ErrorAction Stop
            } -Id VaultNotFound -Category ObjectNotFound -Says $vault.Name
            Get-RefreshCount $connection.ClientId | Should -Be 0
        }
        finally {
            $registration = $vault.Registration
            Register-SecretVault @registration
        }

        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
    }

    It 'names the connections that come near an unknown one' {
        $connection = Connect-Fake
        Assert-NotionError {
            Invoke-NotionRequest users/me -Connection "$($connection.Name)x" -ErrorAction Stop
        } -Id ConnectionNotFound -Category ObjectNotFound -Says "Did you mean '$($connection.Name)'"
        Assert-NotionError {
            Invoke-NotionRequest users/me -Connection $connection.Name -Vault Nowhere -ErrorAction Stop
        } -Id VaultNotFound -Category ObjectNotFound
    }

    It 'takes a name that another process has given to another bot' {
        $connection = Connect-Fake
        $other = New-FakeToken
        try {
            $env:NOTION_TOKEN = $other.Text
            Invoke-InProcess ("Revoke-NotionToken '$($connection.Name)' -Confirm:`$false; (Connect-NotionWorkspace " +
                "-FromEnvironment -BaseUri '$($fake.BaseUri)' -Name '$($connection.Name)').Name") |
                Should -BeExactly $connection.Name
        }
        finally {
            $env:NOTION_TOKEN = $null
        }

        Invoke-InProcess "(Invoke-NotionRequest users/me -Connection '$($connection.Name)').bot.workspace_name" |
            Should -BeExactly $other.Workspace
    }
}

Describe 'Invoke-NotionRequest and a vault that refuses' {
    It 'does not spend the refresh token where the new pair could not be kept' {
        $vault = New-TestVault -Kind NoMetadata -Name Refusing
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $connection = Connect-NotionWorkspace @arguments 6>$null
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest
        Set-VaultTrouble $vault read-only
        Assert-NotionError {
            Invoke-NotionRequest users/me -ErrorAction Stop
        } -Id VaultFailed -Category InvalidOperation -Says 'read-only'
        (Get-FakeRequest '/v1/oauth/token').Count | Should -Be 0
        Set-VaultTrouble $vault none
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
    }

    It 'goes on with a new pair that the vault refused, warns once, and keeps the pair when the vault works again' {
        $vault = New-TestVault -Kind NoMetadata -Name Moody
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $connection = Connect-NotionWorkspace @arguments 6>$null
        $refresh = Invoke-RefusedRefresh $connection $vault
        $refresh.Id | Should -BeExactly $connection.BotId
        $refresh.Warning | Should -Match 'lives in this process only'

        (Invoke-NotionRequest users/me -WarningVariable warnings).id | Should -BeExactly $connection.BotId
        $warnings | Should -BeNullOrEmpty
        Set-VaultTrouble $vault none
        $null = Invoke-NotionRequest users/me
        (Get-StoredConnection $connection.BotId -Vault $vault.Name).access_token |
            Should -BeExactly ((Get-FakeState).tokens |
                Where-Object { $_.botId -eq $connection.BotId -and $_.accessState -eq 'Live' }).accessToken
    }
}
