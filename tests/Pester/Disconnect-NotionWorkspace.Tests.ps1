BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Disconnect-NotionWorkspace with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll { $vault = New-TestVault -Kind $Kind }

    BeforeEach {
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $connection = Connect-NotionWorkspace @arguments 6>$null
    }

    It 'leaves no current connection, and returns nothing' {
        Disconnect-NotionWorkspace | Should -BeNullOrEmpty
        Get-NotionConnection -Current | Should -BeNullOrEmpty
        Assert-NotionError {
            Invoke-NotionRequest users/me -ErrorAction Stop
        } -Id NotConnected -Category InvalidOperation
    }

    It 'leaves what the vault keeps as it was: the connection is back without a browser' {
        $before = Get-VaultContent $vault.Name
        Disconnect-NotionWorkspace
        Get-VaultContent $vault.Name | Should -BeExactly $before
        $null = Set-Person refuse-to-come
        (Connect-NotionWorkspace -Name $connection.Name).BotId | Should -BeExactly $connection.BotId
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
    }

    It 'revokes nothing at Notion' {
        Clear-FakeRequest
        Disconnect-NotionWorkspace
        (Get-FakeRequest '/').Count | Should -Be 0
    }

    It 'forgets the cached tokens: what was changed in the vault meanwhile counts' {
        $null = Invoke-NotionRequest users/me
        Disconnect-NotionWorkspace
        Remove-Secret -Name "NotionAuth-$($connection.BotId)" -Vault $vault.Name
        Assert-NotionError {
            Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop
        } -Id ConnectionNotFound -Category ObjectNotFound
    }

    It 'forgets session connections' {
        $arguments = (New-FakeToken).SignIn
        $session = Connect-NotionWorkspace @arguments -SessionOnly
        (Get-NotionConnection $session.Name).Vault | Should -BeExactly ''
        Disconnect-NotionWorkspace
        Get-NotionConnection "$($session.Name)*" | Should -BeNullOrEmpty
    }

    It 'does nothing with -WhatIf' {
        Disconnect-NotionWorkspace -WhatIf
        (Get-NotionConnection -Current).BotId | Should -BeExactly $connection.BotId
    }

    It 'is no error where there is nothing to leave' {
        Disconnect-NotionWorkspace
        Disconnect-NotionWorkspace -ErrorVariable errors 6>&1 | Should -BeNullOrEmpty
        $errors | Should -BeNullOrEmpty
    }
}

Describe 'Disconnect-NotionWorkspace and a pair that its vault refused' {
    It 'keeps the only copy with an error, and forgets it once it is written' {
        $vault = New-TestVault -Kind NoMetadata -Name Moody
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $connection = Connect-NotionWorkspace @arguments 6>$null
        (Invoke-RefusedRefresh $connection $vault).Id | Should -BeExactly $connection.BotId

        Assert-NotionError {
            Disconnect-NotionWorkspace -ErrorAction Stop -WarningAction Ignore
        } -Id VaultFailed -Category InvalidOperation -Says 'so it was kept'
        (Invoke-NotionRequest users/me -Connection $connection.Name).id | Should -BeExactly $connection.BotId
        Set-VaultTrouble $vault none
        Disconnect-NotionWorkspace
        (Get-StoredConnection $connection.BotId -Vault $vault.Name).access_token |
            Should -BeExactly ((Get-FakeState).tokens |
                Where-Object { $_.botId -eq $connection.BotId -and $_.accessState -eq 'Live' }).accessToken
    }
}
