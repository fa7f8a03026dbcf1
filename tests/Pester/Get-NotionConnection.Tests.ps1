BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Get-NotionConnection with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind
        $null = Set-Person visit
        $arguments = (New-FakeApp -Workspace "Acme $Kind" -Icon '🚀').SignIn
        $acme = Connect-NotionWorkspace @arguments 6>$null
        $arguments = (New-FakeToken -Workspace "Beta $Kind").SignIn
        $beta = Connect-NotionWorkspace @arguments
    }

    Context 'listing' {
        It 'lists connections by name' {
            (Get-NotionConnection).Name | Should -Be "Acme $Kind", "Beta $Kind"
        }

        It 'shows everything that is known of a connection, and no secret' {
            $connection = Get-NotionConnection "Acme $Kind"
            $connection.GetType().FullName | Should -BeExactly 'NotionAuth.Core.Connections.NotionConnection'
            foreach ($fact in 'Name', 'WorkspaceName', 'WorkspaceId', 'WorkspaceIcon', 'BotId', 'OwnerType', 'OwnerId',
                    'OwnerName', 'OwnerEmail', 'AuthType', 'ClientId', 'Vault', 'BaseUri', 'NotionVersion') {
                $connection.$fact | Should -Not -BeNullOrEmpty -Because "$fact is known"
                $connection.$fact | Should -Be $acme.$fact
            }

            # To the second: that is what a vault with metadata may keep of a time.
            [math]::Abs(($connection.ConnectedAt - $acme.ConnectedAt).TotalSeconds) | Should -BeLessThan 1
            $connection.WorkspaceIcon | Should -BeExactly '🚀'
            $connection.HasRefreshToken | Should -BeTrue
            $connection.RefreshedAt | Should -BeNullOrEmpty
            $connection.NeedsReconnect | Should -BeFalse
            "$connection" | Should -BeExactly $connection.Name
            $text = $connection | ConvertTo-Json
            foreach ($token in (Get-FakeState).tokens) {
                $text | Should -Not -Match ([regex]::Escape($token.accessToken))
            }
        }

        It 'shows the same in another process' {
            $there = Invoke-InProcess ("Get-NotionConnection 'Acme $Kind' | Select-Object * -ExcludeProperty " +
                'IsCurrent, ConnectedAt, AuthType | ConvertTo-Json -Compress')
            $there | Should -BeExactly ($acme | Select-Object * -ExcludeProperty IsCurrent, ConnectedAt, AuthType |
                ConvertTo-Json -Compress)
        }

        It 'asks Notion nothing' {
            Clear-FakeRequest
            $null = Get-NotionConnection
            (Get-FakeRequest '/').Count | Should -Be 0
        }

        It 'takes wildcards and several names' {
            (Get-NotionConnection 'acme*').Name | Should -Be "Acme $Kind"
            (Get-NotionConnection "*$Kind").Name | Should -Be "Acme $Kind", "Beta $Kind"
            (Get-NotionConnection "BETA $Kind", 'a?me*').Name | Should -Be "Acme $Kind", "Beta $Kind"
        }

        It 'returns nothing and reports no error where a wildcard fits nothing' {
            Get-NotionConnection 'Zz*' -ErrorVariable errors | Should -BeNullOrEmpty
            $errors | Should -BeNullOrEmpty
        }

        It 'takes names from the pipeline' {
            ("Acme $Kind", "Beta $Kind" | Get-NotionConnection).BotId | Should -Be $acme.BotId, $beta.BotId
            ([pscustomobject]@{ Name = "Beta $Kind"; Vault = $vault.Name } | Get-NotionConnection).BotId |
                Should -Be $beta.BotId
        }

        It 'marks the current connection, and finds it by -Current' {
            @(Get-NotionConnection | Where-Object IsCurrent).Name | Should -Be "Beta $Kind"
            (Get-NotionConnection -Current).Name | Should -Be "Beta $Kind"
            $null = Connect-NotionWorkspace -Name "Acme $Kind"
            (Get-NotionConnection -Current).Name | Should -Be "Acme $Kind"
        }

        It 'finds no current connection in a runspace that has none' {
            $result = Invoke-InRunspace {
                Get-NotionConnection -Current
                @(Get-NotionConnection | Where-Object IsCurrent).Count
            }
            $result.Errors | Should -BeNullOrEmpty
            $result.Output | Should -Be 0
        }

        It 'shows when a token was refreshed' {
            Invoke-FakeExpiry $acme.BotId
            $null = Invoke-NotionRequest users/me -Connection $acme.Name
            ([datetime]::UtcNow - (Get-NotionConnection $acme.Name).RefreshedAt).TotalMinutes | Should -BeLessThan 1
        }

        It 'leaves other secrets of the vault alone' {
            Set-Secret -Name 'NotionAuthor' -Secret 'a name like ours' -Vault $vault.Name
            Set-Secret -Name 'Something-else' -Secret 'x' -Vault $vault.Name
            Get-NotionConnection -ErrorVariable errors | Should -HaveCount 2
            $errors | Should -BeNullOrEmpty
        }
    }

    Context 'the table' {
        It 'shows the columns, the current connection and the state' {
            $null = Connect-NotionWorkspace -Name "Acme $Kind"
            $table = Get-NotionConnection | Out-String -Width 200
            $table | Should -Match 'Current\s+Name\s+Workspace\s+Owner\s+Auth\s+Vault\s+State'
            $table | Should -Match "\*\s+Acme $Kind.*OAuth\s+$($vault.Name)\s+Connected"
            $table | Should -Match "\n\s+Beta $Kind.*Token\s+$($vault.Name)\s+Connected"
        }
    }

    Context 'several vaults' {
        BeforeAll {
            $second = New-TestVault -Kind NoMetadata -Name "Second$Kind" -Beside -NotDefault
            Set-SecretVaultDefault -Name $vault.Name
            $arguments = (New-FakeToken -Workspace "Gamma $Kind").SignIn
            $gamma = Connect-NotionWorkspace @arguments -Vault $second.Name
        }

        AfterAll {
            Revoke-NotionToken "Gamma $Kind" -Vault "Second$Kind" -LocalOnly -Confirm:$false
        }

        It 'looks into one with -Vault' {
            (Get-NotionConnection -Vault $second.Name).Name | Should -Be "Gamma $Kind"
            (Get-NotionConnection -Vault $vault.Name).Name | Should -Be "Acme $Kind", "Beta $Kind"
        }

        It 'looks into the default vault and those that this process has used' {
            (Get-NotionConnection).Name | Should -Be "Acme $Kind", "Beta $Kind", "Gamma $Kind"
        }

        It 'lists session-only connections too, without a vault' {
            $arguments = (New-FakeToken -Workspace "Delta $Kind").SignIn
            $delta = Connect-NotionWorkspace @arguments -SessionOnly
            (Get-NotionConnection "Delta $Kind").Vault | Should -BeExactly ''
            (Get-NotionConnection | Where-Object Vault -EQ '').BotId | Should -Contain $delta.BotId
            (Get-NotionConnection "Delta $Kind" | Out-String -Width 200) | Should -Match '\(session\)'
            Revoke-NotionToken "Delta $Kind" -LocalOnly -Confirm:$false
        }

        It 'pipes connections of several vaults to the other cmdlets' {
            $results = Get-NotionConnection | Test-NotionToken
            $results.Connection | Should -Be "Acme $Kind", "Beta $Kind", "Gamma $Kind"
            $results.Status | Should -Be 'Active', 'Active', 'Active'
        }

        It 'reports a vault that was removed meanwhile, and lists the others all the same' {
            Unregister-SecretVault -Name $second.Name
            try {
                $found = Get-NotionConnection -ErrorVariable errors -ErrorAction SilentlyContinue
                $found.Name | Should -Be "Acme $Kind", "Beta $Kind"
                $expected = @{ Id = 'VaultNotFound'; Says = $second.Name; Advises = 'Register-SecretVault' }
                Assert-NotionError -Record $errors[0] -Category ObjectNotFound @expected
                Assert-NotionError {
                    Get-NotionConnection -Vault $second.Name -ErrorAction Stop
                } -Id VaultNotFound -Category ObjectNotFound
            }
            finally {
                Register-SecretVault -Name $second.Name -ModuleName (
                    Join-Path $PSScriptRoot 'Vaults/NoMetadataVault'
                ) -VaultParameters @{ Path = $second.Folder }
            }

            (Get-NotionConnection).Name | Should -Be "Acme $Kind", "Beta $Kind", "Gamma $Kind"
        }
    }

    Context 'errors' {
        It 'names the connections that come near an unknown one, and goes on with the others' {
            $found = Get-NotionConnection "Acne $Kind", "Beta $Kind" -ErrorVariable errors -ErrorAction SilentlyContinue
            $found.Name | Should -Be "Beta $Kind"
            $errors.Count | Should -Be 1
            $expected = @{ Says = "Did you mean 'Acme $Kind'"; Advises = 'Connect-NotionWorkspace' }
            Assert-NotionError -Record $errors[0] -Id ConnectionNotFound -Category ObjectNotFound @expected
            $errors[0].TargetObject | Should -BeExactly "Acne $Kind"
        }

        It 'lists the good ones where <What> stands among them, and names that one in an error' -ForEach @(
            @{ What = 'a secret that is not ours'; Text = 'somebody else''s secret'; Id = 'SecretInvalid' }
            @{ What = 'a broken secret'; Text = '{"version":1,"bot_id":'; Id = 'SecretInvalid' }
            @{
                What = 'a secret for another bot'; Text = '{"version":1,"bot_id":"other","access_token":"ntn_x"}'
                Id = 'SecretInvalid'
            }
            @{ What = 'a secret of a newer version'; Text = '{"version":7}'; Id = 'SecretTooNew' }
        ) {
            $name = "NotionAuth-$([guid]::NewGuid())"
            Set-Secret -Name $name -Secret (ConvertTo-Secret $Text) -Vault $vault.Name
            $before = Get-VaultContent -Vault $vault.Name
            try {
                $found = Get-NotionConnection -Vault $vault.Name -ErrorVariable errors -ErrorAction SilentlyContinue
                $found.Name | Should -Be "Acme $Kind", "Beta $Kind"
                $errors.Count | Should -Be 1
                Assert-NotionError -Record $errors[0] -Id $Id -Category InvalidData -Says $name
                Get-VaultContent -Vault $vault.Name | Should -BeExactly $before
            }
            finally {
                Remove-Secret -Name $name -Vault $vault.Name
            }
        }

        It 'reports a secret of another type under our name' {
            $name = "NotionAuth-$([guid]::NewGuid())"
            Set-Secret -Name $name -Secret 'text, not a SecureString' -Vault $vault.Name
            try {
                $null = Get-NotionConnection -Vault $vault.Name -ErrorVariable errors -ErrorAction SilentlyContinue
                Assert-NotionError -Record $errors[0] -Id SecretInvalid -Category InvalidData -Says $name
            }
            finally {
                Remove-Secret -Name $name -Vault $vault.Name
            }
        }
    }
}

Describe 'Get-NotionConnection without a vault that works' {
    It 'reports a vault that is broken' {
        $vault = New-TestVault -Kind NoMetadata -Name Broken
        Set-VaultTrouble $vault broken
        Assert-NotionError {
            Get-NotionConnection -ErrorAction Stop
        } -Id VaultFailed -Category InvalidOperation -Says 'Broken.*broken' -Advises 'Get-SecretVault'
    }

    It 'returns nothing and reports no error where there is no vault at all' {
        $script = "Get-NotionConnection -ErrorVariable errors; `$errors.Count; @(Get-NotionConnection -Current).Count"
        Invoke-InProcess $script -HomeFolder (New-TestFolder 'empty') | Should -Be 0, 0
    }

    It 'leaves the user''s $Error as it was' {
        $null = New-TestVault -Kind NoMetadata
        $global:Error.Clear()
        $null = Get-NotionConnection -Vault Personal
        $global:Error.Count | Should -Be 0
    }
}

Describe 'Get-NotionConnection and secrets' {
    It 'reads no secret where the vault keeps metadata' {
        $null = New-TestVault -Kind (Get-StandardVaultKind)
        $arguments = (New-FakeToken).SignIn
        $connection = Connect-NotionWorkspace @arguments
        # The secret no longer fits the metadata: if it were read, this would be an error.
        Set-SecretText "NotionAuth-$($connection.BotId)" 'not ours any more' Personal
        (Get-NotionConnection $connection.Name -Vault Personal -ErrorAction Stop).BotId |
            Should -BeExactly $connection.BotId
    }
}

Describe 'Get-NotionConnection -WithToken with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind
        $null = Set-Person visit
        $arguments = (New-FakeApp -Workspace "Acme $Kind" -Icon '🚀').SignIn
        $acme = Connect-NotionWorkspace @arguments 6>$null
        $arguments = (New-FakeToken -Workspace "Beta $Kind").SignIn
        $beta = Connect-NotionWorkspace @arguments
    }

    AfterEach { Clear-FakeFault }

    It 'adds an access token that Notion takes, as a SecureString' {
        $found = Get-NotionConnection "* $Kind" -WithToken
        $found.Name | Should -Be "Acme $Kind", "Beta $Kind"
        foreach ($connection in $found) {
            $connection.Token | Should -BeOfType securestring
            (Invoke-NotionRequest users/me -Token $connection.Token -BaseUri $fake.baseUri).id |
                Should -BeExactly $connection.BotId
        }
    }

    It 'refreshes a token that Notion does not take any more' {
        Invoke-FakeExpiry $acme.BotId
        $found = Get-NotionConnection $acme.Name -WithToken
        (Invoke-NotionRequest users/me -Token $found.Token -BaseUri $fake.baseUri).id | Should -BeExactly $acme.BotId
        (Get-StoredConnection $acme.BotId).access_token |
            Should -BeExactly ([Net.NetworkCredential]::new('', $found.Token).Password)
    }

    It 'takes the current connection' {
        $null = Connect-NotionWorkspace -Name $beta.Name
        $found = Get-NotionConnection -Current -WithToken
        (Invoke-NotionRequest users/me -Token $found.Token -BaseUri $fake.baseUri).id | Should -BeExactly $beta.BotId
    }

    It 'shows no token anywhere' {
        $found = Get-NotionConnection $acme.Name -WithToken -Verbose 4>&1
        $plain = [Net.NetworkCredential]::new('', ($found | Where-Object Token).Token).Password
        $text = ($found | Out-String) + ($found | Format-List * -Force | Out-String) +
            ($found | ConvertTo-Json -WarningAction Ignore) + ($found | ConvertTo-Csv | Out-String)
        $text | Should -Not -Match ([regex]::Escape($plain))
    }

    It 'returns no connection whose token Notion does not take, and the others' {
        Add-FakeFault @{ status = 503; path = '/v1/users/me'; times = 5 }
        $found = Get-NotionConnection "* $Kind" -WithToken -ErrorVariable errors -ErrorAction SilentlyContinue
        $found.Name | Should -Be "Beta $Kind"
        $errors.Count | Should -Be 1
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'ServiceUnavailable,*'
    }

    It 'leaves the property out without it' {
        (Get-NotionConnection $acme.Name).PSObject.Properties.Name | Should -Not -Contain 'Token'
    }
}
