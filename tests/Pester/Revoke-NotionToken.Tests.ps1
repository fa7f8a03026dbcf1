BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Revoke-NotionToken with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind

        function Connect-Fake {
            [CmdletBinding()]
            param([hashtable] $With = @{})

            $null = Set-Person visit
            $app = New-FakeApp
            $signIn = $app.SignIn
            Connect-NotionWorkspace @signIn @With 6>$null |
                Add-Member -NotePropertyName App -NotePropertyValue $app -PassThru
        }

        function Get-TokenState {
            [CmdletBinding()]
            param([string] $BotId)

            (Get-FakeState).tokens | Where-Object botId -EQ $BotId
        }
    }

    AfterEach { Clear-FakeFault }

    It 'revokes the pair at Notion and forgets the connection' {
        $connection = Connect-Fake
        Revoke-NotionToken -Connection $connection.Name -Confirm:$false | Should -BeNullOrEmpty
        $state = Get-TokenState $connection.BotId
        $state.accessState | Should -Be 'Revoked'
        $state.refreshState | Should -Be 'Revoked'
        Get-SecretInfo -Name "NotionAuth-$($connection.BotId)" -Vault $vault.Name | Should -BeNullOrEmpty
        Get-NotionConnection | Where-Object BotId -EQ $connection.BotId | Should -BeNullOrEmpty
        Assert-NotionError {
            Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop
        } -Id ConnectionNotFound -Category ObjectNotFound
    }

    It 'revokes both tokens where revoking one does not end the other' {
        try {
            Set-FakeBehavior @{ revokingAccessEndsRefresh = $false; revokingRefreshEndsAccess = $false }
            $connection = Connect-Fake
            Revoke-NotionToken $connection.Name -Confirm:$false
            $state = Get-TokenState $connection.BotId
            $state.accessState | Should -Be 'Revoked'
            $state.refreshState | Should -Be 'Revoked'
        }
        finally {
            Set-FakeBehavior @{ revokingAccessEndsRefresh = $true; revokingRefreshEndsAccess = $true }
        }
    }

    It 'revokes a connection whose access token has expired' {
        $connection = Connect-Fake
        Invoke-FakeExpiry $connection.BotId
        Revoke-NotionToken $connection.Name -Confirm:$false
        (Get-TokenState $connection.BotId).refreshState | Should -Be 'Revoked'
        Get-SecretInfo -Name "NotionAuth-$($connection.BotId)" -Vault $vault.Name | Should -BeNullOrEmpty
    }

    It 'takes the current connection where none is named, and there is none afterwards' {
        $connection = Connect-Fake
        Revoke-NotionToken -Confirm:$false
        (Get-TokenState $connection.BotId).accessState | Should -Be 'Revoked'
        Get-NotionConnection -Current | Should -BeNullOrEmpty
        Assert-NotionError {
            Invoke-NotionRequest users/me -ErrorAction Stop
        } -Id NotConnected -Category InvalidOperation
    }

    It 'returns what it forgot with -PassThru' {
        $connection = Connect-Fake
        $forgotten = Revoke-NotionToken $connection.Name -PassThru -Confirm:$false
        $forgotten.GetType().FullName | Should -BeExactly 'NotionAuth.Core.Connections.NotionConnection'
        $forgotten.BotId | Should -BeExactly $connection.BotId
    }

    It 'takes connections from the pipeline' {
        $one, $two, $three = (Connect-Fake), (Connect-Fake), (Connect-Fake)
        Get-NotionConnection $one.Name, $two.Name | Revoke-NotionToken -Confirm:$false
        $three.Name | Revoke-NotionToken -Confirm:$false
        foreach ($connection in $one, $two, $three) {
            (Get-TokenState $connection.BotId).accessState | Should -Be 'Revoked'
        }
        Get-NotionConnection | Should -BeNullOrEmpty
    }

    It 'takes connections of several vaults from the pipeline' {
        $second = New-TestVault -Kind NoMetadata -Name "Second$Kind" -Beside -NotDefault
        Set-SecretVaultDefault -Name $vault.Name
        try {
            $here, $there = (Connect-Fake), (Connect-Fake @{ Vault = $second.Name })
            (Get-NotionConnection | Revoke-NotionToken -Confirm:$false -PassThru).BotId | Sort-Object |
                Should -Be ($here.BotId, $there.BotId | Sort-Object)
            foreach ($name in $vault.Name, $second.Name) {
                Get-SecretInfo -Name 'NotionAuth-????????-*' -Vault $name | Should -BeNullOrEmpty
            }
        }
        finally {
            Unregister-SecretVault -Name $second.Name
        }
    }

    It 'only forgets with -LocalOnly' {
        $connection = Connect-Fake
        Clear-FakeRequest
        Revoke-NotionToken $connection.Name -LocalOnly -Confirm:$false
        (Get-FakeRequest).Count | Should -Be 0
        (Get-TokenState $connection.BotId).accessState | Should -Be 'Live'
        Get-SecretInfo -Name "NotionAuth-$($connection.BotId)" -Vault $vault.Name | Should -BeNullOrEmpty
    }

    It 'reports that the API can not revoke a token, keeps it, and forgets it with -LocalOnly' {
        $token = New-FakeToken
        $arguments = $token.SignIn
        $connection = Connect-NotionWorkspace @arguments
        $before = Get-VaultContent -Vault $vault.Name
        Assert-NotionError {
            Revoke-NotionToken $connection.Name -Confirm:$false -ErrorAction Stop
        } -Id RevokeNotSupported -Category InvalidOperation -Says 'kept' -Advises 'my-integrations.*-LocalOnly'
        Get-VaultContent -Vault $vault.Name | Should -BeExactly $before
        (Invoke-NotionRequest users/me -Connection $connection.Name).id | Should -BeExactly $connection.BotId
        Revoke-NotionToken $connection.Name -LocalOnly -Confirm:$false
        Get-SecretInfo -Name "NotionAuth-$($connection.BotId)" -Vault $vault.Name | Should -BeNullOrEmpty
    }

    It 'takes wildcards, and asks of each' {
        $first = Connect-Fake @{ Name = "Wild $Kind one" }
        $second = Connect-Fake @{ Name = "Wild $Kind two" }
        Revoke-NotionToken "wild $Kind*" -WhatIf
        (Get-NotionConnection "Wild $Kind*").Count | Should -Be 2
        (Revoke-NotionToken "wild $Kind*" -Confirm:$false -PassThru).BotId | Should -Be $first.BotId, $second.BotId
        (Get-TokenState $second.BotId).accessState | Should -Be 'Revoked'
        Get-NotionConnection "Wild $Kind*" | Should -BeNullOrEmpty
    }

    It 'does nothing, without an error, where a wildcard fits no connection' {
        Clear-FakeRequest
        Revoke-NotionToken 'Zz*' -Confirm:$false -ErrorVariable errors | Should -BeNullOrEmpty
        $errors | Should -BeNullOrEmpty
        (Get-FakeRequest '/').Count | Should -Be 0
    }

    It 'keeps the client id and secret, and forgets them with -IncludeApp' {
        foreach ($including in $false, $true) {
            $connection = Connect-Fake
            Revoke-NotionToken $connection.Name -Confirm:$false -IncludeApp:$including
            [bool](Get-SecretInfo -Name "NotionAuth-app-$($connection.ClientId)" -Vault $vault.Name) |
                Should -Be (-not $including)
        }
    }

    It 'keeps the client id and secret that another connection uses, and warns' {
        $connection = Connect-Fake
        Set-FakeApp $connection.App @{ workspaceName = "Second $Kind" }
        $arguments = $connection.App.SignIn
        $other = Connect-NotionWorkspace @arguments -Name "Other $Kind" 6>$null
        $other.BotId | Should -Not -Be $connection.BotId
        Revoke-NotionToken $connection.Name -Confirm:$false -IncludeApp -WarningVariable warnings -WarningAction Ignore
        "$warnings" | Should -BeLike "*In use by: 'Other $Kind'*"
        Get-SecretInfo -Name "NotionAuth-app-$($connection.ClientId)" -Vault $vault.Name | Should -Not -BeNullOrEmpty
        Revoke-NotionToken $other.Name -Confirm:$false -IncludeApp
        Get-SecretInfo -Name "NotionAuth-app-$($connection.ClientId)" -Vault $vault.Name | Should -BeNullOrEmpty
    }

    It 'does nothing with -WhatIf' {
        $connection = Connect-Fake
        $before = Get-VaultContent -Vault $vault.Name
        Clear-FakeRequest
        Revoke-NotionToken $connection.Name -WhatIf 6>$null
        Get-NotionConnection $connection.Name | Revoke-NotionToken -LocalOnly -WhatIf 6>$null
        (Get-FakeRequest).Count | Should -Be 0
        Get-VaultContent -Vault $vault.Name | Should -BeExactly $before
        (Get-NotionConnection -Current).BotId | Should -BeExactly $connection.BotId
    }

    It 'asks before it revokes: in a host that can not ask, nothing happens without -Confirm:$false' {
        $connection = Connect-Fake
        $before = Get-VaultContent -Vault $vault.Name
        Clear-FakeRequest
        $result = Invoke-InRunspace { Revoke-NotionToken $name } @{ name = $connection.Name }
        $result.Errors.Count | Should -Be 1
        (Get-FakeRequest).Count | Should -Be 0
        Get-VaultContent -Vault $vault.Name | Should -BeExactly $before
        $result = Invoke-InRunspace { Revoke-NotionToken $name -Confirm:$false } @{ name = $connection.Name }
        $result.Errors.Count | Should -Be 0
        (Get-TokenState $connection.BotId).accessState | Should -Be 'Revoked'
    }

    It 'goes on with the other names after an error' {
        $connection = Connect-Fake
        Revoke-NotionToken 'Nobody',
            $connection.Name -Confirm:$false -ErrorVariable errors -ErrorAction SilentlyContinue
        Assert-NotionError -Record $errors[0] -Id ConnectionNotFound -Category ObjectNotFound
        (Get-TokenState $connection.BotId).accessState | Should -Be 'Revoked'
    }

    Context 'when it fails' {
        BeforeAll {
            $connection = Connect-Fake
            $before = Get-VaultContent -Vault $vault.Name
        }

        AfterEach {
            Clear-FakeFault
            Get-VaultContent -Vault $vault.Name |
                Should -BeExactly $before -Because 'a connection is forgotten only after Notion''s 200'
            (Invoke-NotionRequest users/me -Connection $connection.Name).id | Should -BeExactly $connection.BotId
        }

        It 'keeps the connection when <What>' -ForEach @(
            @{
                What = 'Notion refuses the client credentials'
                Fault = @{ status = 401; body = '{"error":"invalid_client"}' }; Id = 'InvalidClient'
                Category = 'AuthenticationError'
            }
            @{
                What = 'the edge proxy blocks'; Fault = @{ kind = 'edgeHtml' }; Id = 'Http403'
                Category = 'PermissionDenied'
            }
            @{
                What = 'Notion says that the request is wrong'; Fault = @{ status = 400; code = 'validation_error' }
                Id = 'ValidationError'; Category = 'InvalidArgument'
            }
        ) {
            Add-FakeFault ($Fault + @{ path = '/v1/oauth/revoke'; times = 10 })
            Assert-NotionError {
                Revoke-NotionToken $connection.Name -Confirm:$false -ErrorAction Stop
            } -Id $Id -Category $Category
        }

        It 'names the connections that come near an unknown one' {
            Assert-NotionError {
                Revoke-NotionToken "$($connection.Name)x" -Confirm:$false -ErrorAction Stop
            } -Id ConnectionNotFound -Category ObjectNotFound -Says ('Did you mean ' +
                "'$([regex]::Escape($connection.Name))'")
        }

        It 'reports that nothing is connected' {
            $result = Invoke-InRunspace { Revoke-NotionToken -Confirm:$false }
            Assert-NotionError -Record $result.Errors[0] -Id NotConnected -Category InvalidOperation
        }

        It 'reports a vault that is not registered' {
            Assert-NotionError {
                Revoke-NotionToken $connection.Name -Vault Nowhere -Confirm:$false -ErrorAction Stop
            } -Id VaultNotFound -Category ObjectNotFound
        }
    }

    It 'reports that the app registration is gone, and keeps the connection' {
        $connection = Connect-Fake
        Remove-Secret -Name "NotionAuth-app-$($connection.ClientId)" -Vault $vault.Name
        Assert-NotionError {
            Revoke-NotionToken $connection.Name -Confirm:$false -ErrorAction Stop
        } -Id MissingClient -Category ObjectNotFound -Says $connection.ClientId -Advises '-ClientSecret'
        (Get-TokenState $connection.BotId).accessState | Should -Be 'Live'
        (Invoke-NotionRequest users/me -Connection $connection.Name).id | Should -BeExactly $connection.BotId
        Revoke-NotionToken $connection.Name -LocalOnly -Confirm:$false
    }

    It 'reports <What>, and forgets it with -LocalOnly only if it can be no other program''s' -ForEach @(
        @{ What = 'a broken secret'; Text = '{"version":1,'; Id = 'SecretInvalid'; Goes = $true }
        @{ What = 'a secret of a newer version'; Text = '{"version":2}'; Id = 'SecretTooNew'; Goes = $false }
    ) {
        $connection = Connect-Fake
        $name = "NotionAuth-$($connection.BotId)"
        Set-Secret -Name $name -Secret (ConvertTo-Secret $Text) -Vault $vault.Name
        Assert-NotionError {
            Revoke-NotionToken $connection.Name -Confirm:$false -ErrorAction Stop
        } -Id $Id -Category InvalidData
        Get-Secret -Name $name -Vault $vault.Name -AsPlainText | Should -BeExactly $Text
        Revoke-NotionToken $connection.Name -LocalOnly -Confirm:$false -ErrorAction SilentlyContinue
        [bool](Get-SecretInfo -Name $name -Vault $vault.Name) | Should -Be (-not $Goes)
        if (-not $Goes) { Remove-Secret -Name $name -Vault $vault.Name }
    }

    It 'reports a connection that another process removed meanwhile' {
        $connection = Connect-Fake
        Remove-Secret -Name "NotionAuth-$($connection.BotId)" -Vault $vault.Name
        Assert-NotionError {
            Revoke-NotionToken $connection.Name -Confirm:$false -ErrorAction Stop
        } -Id ConnectionNotFound -Category ObjectNotFound
    }

    It 'works in another process' {
        $connection = Connect-Fake
        Invoke-InProcess "(Revoke-NotionToken '$($connection.Name)' -Confirm:`$false -PassThru).BotId" |
            Should -BeExactly $connection.BotId
        (Get-TokenState $connection.BotId).accessState | Should -Be 'Revoked'
    }
}

Describe 'Revoke-NotionToken without a vault that works' {
    It 'revokes a session-only connection' {
        Remove-TestVault
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $connection = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        $connection | Revoke-NotionToken -Confirm:$false
        ((Get-FakeState).tokens | Where-Object botId -EQ $connection.BotId).accessState | Should -Be 'Revoked'
        Get-NotionConnection | Where-Object Vault -EQ '' | Should -BeNullOrEmpty
    }

    It 'reports that the vault does not remove the connection' {
        $vault = New-TestVault -Kind NoMetadata -Name ReadOnly
        $arguments = (New-FakeToken).SignIn
        $connection = Connect-NotionWorkspace @arguments
        Set-VaultTrouble $vault read-only
        Assert-NotionError {
            Revoke-NotionToken $connection.Name -LocalOnly -Confirm:$false -ErrorAction Stop
        } -Id VaultFailed -Category InvalidOperation -Says 'read-only'
        Set-VaultTrouble $vault none
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
    }

    It 'reports that the network is gone, and keeps the connection' {
        $null = New-TestVault -Kind NoMetadata -Name Offline
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $connection = Connect-NotionWorkspace @arguments 6>$null
        Add-FakeFault @{ kind = 'reset'; path = '/v1/oauth/revoke'; times = 10 }
        Assert-NotionError {
            Revoke-NotionToken -Confirm:$false -ErrorAction Stop
        } -Id ConnectionFailed -Category ConnectionError -Says 'failed'
        Clear-FakeFault
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
    }
}
