BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Connect-NotionWorkspace with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll { $vault = New-TestVault -Kind $Kind }

    Context 'stored secrets that can not be read' {
        BeforeAll {
            $vault = New-TestVault -Kind $Kind
            $good = New-FakeToken
            $good = Connect-NotionWorkspace -Token $good.SignIn.Token -BaseUri $fake.BaseUri
        }

        It 'leaves <What> alone when the same bot connects again, and reports it' -ForEach @(
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

    It 'says what to do about a locked vault where no person can be asked, and leaves it' -Tag SecretStore -Skip:(
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
