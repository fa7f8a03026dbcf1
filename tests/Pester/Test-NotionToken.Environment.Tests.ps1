BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $place = @{ BaseUri = $fake.BaseUri }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Test-NotionToken -Environment with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind
        $null = Set-Person visit
        $app = New-FakeApp
        $arguments = $app.SignIn
        $connection = Connect-NotionWorkspace @arguments 6>$null
    }

    It 'checks everything once, signs in to nothing and refreshes nothing' {
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest
        $before = Get-VaultContent -Vault $vault.Name
        $checks = Test-NotionToken -Environment @place
        $checks | ForEach-Object { $_.GetType().FullName } | Select-Object -Unique |
            Should -BeExactly 'NotionAuth.Core.Diagnostics.EnvironmentCheck'
        @($checks | Where-Object Status -NE Ok | ForEach-Object { "$_" }) | Should -BeNullOrEmpty
        $checks.Check | Should -Be 'PowerShell', 'NotionAuth', 'SecretManagement', 'Vault', 'VaultUnlocked',
            'VaultWritable', 'Proxy', 'Network', 'Clock', 'Integration', 'RedirectUri', 'Browser', 'Connection'
        ($checks | Where-Object Check -EQ PowerShell).Detail |
            Should -Match ([regex]::Escape("$($PSVersionTable.PSVersion)"))
        ($checks | Where-Object Check -EQ NotionAuth).Detail |
            Should -Match ([regex]::Escape("$((Get-Module NotionAuth).Version)"))
        ($checks | Where-Object Check -EQ SecretManagement).Detail | Should -Match '\d+\.\d+\.\d+'
        ($checks | Where-Object Check -EQ Vault).Target | Should -BeExactly $vault.Name
        ($checks | Where-Object Check -EQ Integration).Target | Should -BeExactly $app.ClientId
        ($checks | Where-Object Check -EQ Connection).Detail | Should -Match 'next request refreshes it'
        (Get-FakeRequest).path | Sort-Object -Unique | Should -Be '/v1/oauth/introspect', '/v1/users/me'
        Get-VaultContent -Vault $vault.Name | Should -BeExactly $before
    }

    It 'finds a client secret that Notion does not take' {
        Set-FakeApp $app @{ clientSecret = 'secret_ChangedAtNotionSinceThen00000000001' }
        try {
            $check = Test-NotionToken -Environment @place | Where-Object Check -EQ Integration
            $check.Status | Should -Be 'Failed'
            $check.Recommendation | Should -Match '-ClientSecret'
            Test-NotionToken -Environment -Quiet @place | Should -BeFalse
        }
        finally {
            Set-FakeApp $app @{ clientSecret = $app.ClientSecret }
        }
        $quiet = Test-NotionToken -Environment -Quiet @place
        $quiet | Should -BeOfType bool
        $quiet | Should -BeTrue
    }

    It 'goes on where <What>' -ForEach @(
        @{ What = 'Notion can not be reached'; Check = 'Network'; Uri = { "http://localhost:$(Get-FreePort)" } }
        @{ What = 'no such vault is registered'; Check = 'Vault'; Vault = 'Nowhere' }
    ) {
        $arguments = @{ BaseUri = if ($Uri) { & $Uri } else { $fake.BaseUri } }
        if ($Vault) { $arguments.Vault = $Vault }
        $checks = Test-NotionToken -Environment @arguments
        $failed = $checks | Where-Object Check -EQ $Check
        $failed.Status | Should -Be 'Failed'
        $failed.Recommendation | Should -Not -BeNullOrEmpty
        $checks.Check | Should -Contain 'Browser'
        $checks.Check[-1] | Should -BeExactly 'Connection'
    }

    It 'reads like a check-list' {
        $shown = Test-NotionToken -Environment -Vault Nowhere @place | Out-String
        $lines = $shown -split '\r?\n'
        @($lines | Where-Object Length -GT 120) | Should -BeNullOrEmpty
        $lines | Should -Contain "[ ok ] NotionAuth: $((Get-Module NotionAuth).Version)."
        "$lines" | Should -Match "\[FAIL\] Vault Nowhere: No vault 'Nowhere' is registered\."
        "$lines" | Should -Match ' > List the vaults with Get-SecretVault'
    }

    It 'ends with Ctrl+C' {
        # The check after the proxy's waits for an answer.
        Add-FakeFault @{ path = '/v1/users/me'; kind = 'delay'; delayMs = 60000; times = 1 }
        $begun = [Threading.ManualResetEventSlim]::new()
        $shell = New-RunspaceShell @{ baseUri = $fake.BaseUri; begun = $begun }
        try {
            $null = $shell.AddScript({
                    Test-NotionToken -Environment -BaseUri $baseUri |
                        ForEach-Object { if ($_.Check -eq 'Proxy') { $begun.Set() } }
                }.ToString()).BeginInvoke()
            $begun.Wait(20000) | Should -BeTrue
            $stop = $shell.BeginStop($null, $null)
            $stop.AsyncWaitHandle.WaitOne(10000) | Should -BeTrue
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally {
            Clear-FakeFault
            $shell.Runspace.Dispose()
        }
    }
}

Describe 'Test-NotionToken -Environment and a vault that is locked' -Tag SecretStore -Skip:(-not (Test-SecretStore)) {
    It 'says so, asks nobody, and checks the rest' {
        $homeFolder = New-TestFolder 'locked'
        Initialize-SecretStore -HomeFolder $homeFolder -PasswordText 'store password'
        $output = Invoke-InProcess -HomeFolder $homeFolder -Script @"
Import-Module Microsoft.PowerShell.SecretManagement
Register-SecretVault -Name Locked -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
Test-NotionToken -Environment -BaseUri '$($fake.BaseUri)' |
    ForEach-Object { `$_.Check, `$_.Status, `$_.Target, `$_.Recommendation -join '|' }
"@
        "$($output -match '^VaultUnlocked')" | Should -Match '\|Failed\|Locked\|.*Unlock-SecretStore.*-PasswordTimeout'
        "$($output -match '^VaultWritable')" | Should -Match '\|NotRun\|'
        "$($output -match '^Network')" | Should -Match '\|Ok\|'
    }
}

Describe 'Test-NotionToken -Environment without SecretManagement' {
    It 'says what to install, and tests what the process has' {
        $output = Invoke-InProcess -NoImport -Secret (New-FakeToken).Text -Script @"
`$env:PSModulePath = Join-Path `$PSHOME Modules
Import-Module '$(Get-NotionAuthPath)'
`$null = Connect-NotionWorkspace -Token `$secret -BaseUri '$($fake.BaseUri)' -SessionOnly
Test-NotionToken -Environment -BaseUri '$($fake.BaseUri)' |
    ForEach-Object { `$_.Check, `$_.Status, `$_.Recommendation -join '|' }
"@
        "$($output -match '^SecretManagement')" | Should -Match '\|Failed\|.*Install-Module'
        "$($output -match '^Connection')" | Should -Match '\|Ok\|'
        $output -match '^Vault' | Should -BeNullOrEmpty
    }
}
