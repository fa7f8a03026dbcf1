BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'What a connection''s secrets hold, with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll { $vault = New-TestVault -Kind $Kind }

    It 'stands in no transcript, and in no $Error' {
        $app = New-FakeApp
        $arguments = $app.SignIn
        $null = Set-Person visit
        $path = Join-Path (New-TestFolder 'transcript') 'transcript.txt'
        $global:Error.Clear()
        $null = Start-Transcript -Path $path
        try {
            $connection = Connect-NotionWorkspace @arguments
            Invoke-FakeExpiry $connection.BotId
            $null = Invoke-NotionRequest users/me
            $null = Get-NotionConnection
            $null = Test-NotionToken
            Revoke-NotionToken -Confirm:$false
        }
        finally {
            $null = Stop-Transcript
        }

        $text = Get-Content -LiteralPath $path -Raw
        $text | Should -Match 'Ctrl\+C ends the sign-in' -Because 'the transcript must have been on'
        $text | Should -Not -Match 'was not found|(Get|Set|Remove)-Secret'
        $global:Error.Count | Should -Be 0
    }

    It 'is understood where a script module calls' {
        $app = New-FakeApp
        $arguments = $app.SignIn
        $null = Set-Person visit
        $module = New-Module -ScriptBlock {
            function Connect-FromModule([hashtable] $Arguments) { Connect-NotionWorkspace @Arguments 6> $null }
        }
        (Connect-FromModule $arguments).WorkspaceName | Should -Be $app.Workspace
        Remove-Module $module
        $global:Error.Count | Should -Be 0
    }
}

Describe 'What an ended process leaves in a SecretStore vault' -Tag SecretStore -Skip:(-not (Test-SecretStore)) {
    BeforeAll {
        $vault = New-TestVault -Kind SecretStore
        $names = '(Get-SecretInfo -Vault Personal | Sort-Object Name).Name'
        function Invoke-Fresh {
            # In a process of its own: this one's picture of the store is 5 s old.
            param([string[]] $Script)
            Invoke-InProcess ($Script -join "`n")
        }
    }

    BeforeEach {
        $app = New-FakeApp
        $arguments = $app.SignIn
        $null = Set-Person visit
        $connection = Connect-NotionWorkspace @arguments 6>$null
        $main, $spare = "NotionAuth-$($connection.BotId)", "NotionAuth-spare-$($connection.BotId)"
        $appMain, $appSpare = "NotionAuth-app-$($app.ClientId)", "NotionAuth-spare-app-$($app.ClientId)"
        $pair = $main, $appMain | Sort-Object
        $call = "(Invoke-NotionRequest users/me -Connection '$($connection.Name)').id"
        function Get-Copying {
            param($From, $To)
            "Set-Secret -Name $To -Secret (Get-Secret -Name $From -Vault Personal) -Vault Personal"
        }
        function Get-Removal { param($Name) "Remove-Secret -Name $Name -Vault Personal" }
    }

    AfterEach {
        # By our own command last, which makes this process's picture current.
        Invoke-Fresh 'Get-SecretInfo -Vault Personal | Remove-Secret'
        Get-NotionConnection -Vault Personal | Should -BeNullOrEmpty
    }

    It 'is used where the connection itself is gone, and put in its place' {
        Invoke-Fresh (Get-Copying $main $spare), (Get-Removal $main)
        Invoke-Fresh $call, $names | Should -Be @($connection.BotId; $pair)
    }

    It 'is tidied away where the connection itself is as new, so that removing that by hand removes it' {
        Invoke-Fresh (Get-Copying $main $spare), $call, $names | Should -Be @($connection.BotId; $pair)
        Invoke-Fresh (Get-Removal $main), '@(Get-NotionConnection).Count' | Should -Be 0
    }

    It 'is used where the app registration is gone, for a refresh' {
        Invoke-Fresh (Get-Copying $appMain $appSpare), (Get-Removal $appMain)
        Invoke-FakeExpiry $connection.BotId
        Invoke-Fresh $call, $names | Should -Be @($connection.BotId; $pair)
    }

    It 'is used where the app registration is gone, for the next sign-in' {
        Invoke-Fresh (Get-Copying $appMain $appSpare), (Get-Removal $appMain)
        $again = Connect-NotionWorkspace -RedirectUri $fake.RedirectUri -BaseUri $fake.BaseUri -TimeoutSec 20 6>$null
        $again.BotId | Should -BeExactly $connection.BotId
        Invoke-Fresh $names | Should -Be $pair
    }

    It 'is believed only so far ahead: <Generation> is not, and is written over at the next refresh' -ForEach @{
        Generation = '9223372036854775807'
    }, @{ Generation = '5000' } {
        # Of a kind that a refresh would fail with.
        $forged = "`$text = (Get-Secret -Name $main -Vault Personal -AsPlainText) -replace '`"generation`":\d+', " +
            "'`"generation`":$Generation' -replace '`"refresh_token`":`"', '`"refresh_token`":`"nrt_other'"
        Invoke-Fresh $forged, ("Set-Secret -Name $spare -SecureStringSecret ([Net.NetworkCredential]::new('', " +
            "`$text).SecurePassword) -Vault Personal")
        Invoke-FakeExpiry $connection.BotId
        Invoke-Fresh $call, $names,
            "(Get-Secret -Name $main -Vault Personal -AsPlainText | ConvertFrom-Json).generation" |
            Should -Be @($connection.BotId; $pair; 2)
    }

    It 'is forgotten with the connection' {
        Invoke-Fresh (Get-Copying $main $spare)
        Revoke-NotionToken $connection.Name -LocalOnly -Confirm:$false
        Invoke-Fresh $names | Should -Be $appMain
    }
}
