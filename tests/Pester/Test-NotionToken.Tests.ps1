BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Test-NotionToken with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind
        $null = Set-Person visit
        $app = New-FakeApp
        $arguments = $app.SignIn
        $oauth = Connect-NotionWorkspace @arguments 6>$null
        $arguments = (New-FakeToken).SignIn
        $token = Connect-NotionWorkspace @arguments
    }

    AfterEach { Clear-FakeFault }

    Context 'a token that works' {
        It 'asks the introspection endpoint about an OAuth connection' {
            Clear-FakeRequest
            $result = Test-NotionToken -Connection $oauth.Name
            $result.GetType().FullName | Should -BeExactly 'NotionAuth.Core.Connections.TokenTestResult'
            $result.Connection | Should -BeExactly $oauth.Name
            $result.Status | Should -Be 'Active'
            $result.Method | Should -Be 'Introspect'
            $result.BotId | Should -BeExactly $oauth.BotId
            $result.WorkspaceName | Should -BeExactly $oauth.WorkspaceName
            [math]::Abs(([datetime]::UtcNow - $result.IssuedAt).TotalMinutes) | Should -BeLessThan 5
            $result.Duration | Should -BeGreaterThan ([timespan]::Zero)
            $result.Reason | Should -BeNullOrEmpty
            $requests = @(Get-FakeRequest)
            $requests.path | Should -Be '/v1/oauth/introspect'
            $result.RequestId | Should -BeExactly $requests[0].requestId
        }

        It 'asks users/me about a token connection' {
            $result = Test-NotionToken -Connection $token.Name
            $result.Status | Should -Be 'Active'
            $result.Method | Should -Be 'UsersMe'
            $result.BotId | Should -BeExactly $token.BotId
        }

        It 'takes the current connection where none is named' {
            $null = Connect-NotionWorkspace -Name $oauth.Name
            (Test-NotionToken).Connection | Should -BeExactly $oauth.Name
        }

        It 'takes a name by position, several, and from the pipeline' {
            (Test-NotionToken $oauth.Name, $token.Name).Connection | Should -Be $oauth.Name, $token.Name
            ($oauth.Name, $token.Name | Test-NotionToken).Connection | Should -Be $oauth.Name, $token.Name
            (Get-NotionConnection | Test-NotionToken).Status | Should -Be 'Active', 'Active'
            ([pscustomobject]@{ Connection = $token.Name; Vault = $vault.Name } | Test-NotionToken).Connection |
                Should -Be $token.Name
        }

        It 'tests a token that is just given' {
            $given = New-FakeToken
            $result = Test-NotionToken -Token $given.SignIn.Token -BaseUri $fake.BaseUri
            $result.Status | Should -Be 'Active'
            $result.Method | Should -Be 'UsersMe'
            $result.Connection | Should -BeNullOrEmpty
            $result.WorkspaceName | Should -BeExactly $given.Workspace
        }

        It 'returns true and nothing else with -Quiet' {
            $result = Test-NotionToken $oauth.Name -Quiet
            $result | Should -BeOfType bool
            $result | Should -BeTrue
        }

        It 'works in another process' {
            Invoke-InProcess "(Test-NotionToken '$($token.Name)').Status" | Should -BeExactly 'Active'
        }

        It 'shows a table' {
            $table = Test-NotionToken $oauth.Name | Out-String -Width 200
            $table | Should -Match 'Connection\s+Status\s+Method\s+Workspace\s+IssuedAt\s+Reason'
            $table | Should -Match "$([regex]::Escape($oauth.Name))\s+Active\s+Introspect"
        }
    }

    Context 'a token that is dead' {
        It 'reports Expired where the next request refreshes it, and does not refresh it itself' {
            Invoke-FakeExpiry $oauth.BotId
            Clear-FakeRequest
            $before = Get-VaultContent -Vault $vault.Name
            $result = Test-NotionToken $oauth.Name
            $result.Status | Should -Be 'Expired'
            $result.Reason | Should -Match 'refresh'
            Test-NotionToken $oauth.Name -Quiet -WarningVariable warnings | Should -BeTrue
            $warnings | Should -BeNullOrEmpty
            (Get-FakeRequest '/v1/oauth/token').Count | Should -Be 0
            Get-VaultContent -Vault $vault.Name | Should -BeExactly $before
            $null = Invoke-NotionRequest users/me -Connection $oauth.Name
            (Test-NotionToken $oauth.Name).Status | Should -Be 'Active'
        }

        It 'reports that a person must sign in again where the refresh token is dead too' {
            $arguments = (New-FakeApp).SignIn
            $null = Set-Person visit
            $dead = Connect-NotionWorkspace @arguments 6>$null
            $null = Invoke-FakeNotionControl 'revoke' -Body @{ botId = $dead.BotId }
            Get-ErrorOf { Invoke-NotionRequest users/me -Connection $dead.Name -ErrorAction Stop } |
                Should -Not -BeNullOrEmpty
            $result = Test-NotionToken $dead.Name
            $result.Status | Should -Be 'Inactive'
            $result.Reason | Should -Match "Connect-NotionWorkspace -Name '$([regex]::Escape($dead.Name))'"
            Test-NotionToken $dead.Name -Quiet -WarningVariable warnings | Should -BeFalse
            $warnings | Should -BeNullOrEmpty
            (Get-NotionConnection $dead.Name).NeedsReconnect | Should -BeTrue
            (Get-NotionConnection $dead.Name | Out-String -Width 200) | Should -Match 'NeedsReconnect'
        }

        It 'reports Inactive for a given token that Notion does not know' {
            $result =
                Test-NotionToken -Token (ConvertTo-Secret 'ntn_NobodyKnowsThisOne000000000') -BaseUri $fake.BaseUri
            $result.Status | Should -Be 'Inactive'
            $result.Reason | Should -Not -BeNullOrEmpty
        }
    }

    Context 'when the status is not known' {
        It 'reports Unknown, never Inactive: <What>' -ForEach @(
            @{ What = 'the service fails'; Fault = @{ status = 400; code = 'validation_error'; times = 1 } }
            @{ What = 'the edge proxy blocks'; Fault = @{ kind = 'edgeHtml'; times = 1 } }
            @{ What = 'the reply is no JSON'; Fault = @{ status = 200; body = 'oops'; times = 1 } }
            @{ What = 'a redirect comes'; Fault = @{ kind = 'redirect'; location = 'https://example.com/'; times = 1 } }
        ) {
            Add-FakeFault ($Fault + @{ path = '/v1/oauth/introspect' })
            $result = Test-NotionToken $oauth.Name
            $result.Status | Should -Be 'Unknown'
            $result.Reason | Should -Not -BeNullOrEmpty
        }

        It 'reports Unknown where the client credentials are refused' {
            Set-FakeApp $app @{ clientSecret = 'secret_ChangedAtNotionSinceThen00000000001' }
            try {
                $result = Test-NotionToken $oauth.Name
                $result.Status | Should -Be 'Unknown'
                $result.Reason | Should -Match 'client secret'
            }
            finally {
                Set-FakeApp $app @{ clientSecret = $app.ClientSecret }
            }
        }

        It 'warns with -Quiet that false is not the whole truth' {
            Add-FakeFault @{ path = '/v1/oauth/introspect'; kind = 'edgeHtml'; times = 1 }
            Test-NotionToken $oauth.Name -Quiet -WarningVariable warnings -WarningAction SilentlyContinue |
                Should -BeFalse
            "$warnings" | Should -Match 'could not be found out'
        }
    }

    Context 'errors' {
        BeforeAll { $before = Get-VaultContent -Vault $vault.Name }

        AfterEach {
            Get-VaultContent -Vault $vault.Name | Should -BeExactly $before
            (Test-NotionToken $oauth.Name).Status |
                Should -Be 'Active' -Because 'what was stored before must still be usable'
        }

        It 'names the connections that come near an unknown one, and goes on with the others' {
            $names = "$($oauth.Name)x", $token.Name
            $results = Test-NotionToken $names -ErrorVariable errors -ErrorAction SilentlyContinue
            $results.Connection | Should -Be $token.Name
            Assert-NotionError -Record $errors[0] -Id ConnectionNotFound -Category ObjectNotFound -Says (
                "Did you mean '$([regex]::Escape($oauth.Name))'"
            )
        }

        It 'reports that nothing is connected' {
            $result = Invoke-InRunspace { Test-NotionToken }
            $expected = @{ Category = 'InvalidOperation'; Advises = 'Connect-NotionWorkspace' }
            Assert-NotionError -Record $result.Errors[0] -Id NotConnected @expected
        }

        It 'reports a vault that is not registered' {
            Assert-NotionError {
                Test-NotionToken $oauth.Name -Vault Nowhere -ErrorAction Stop
            } -Id VaultNotFound -Category ObjectNotFound -Says 'Nowhere'
        }

        It 'reports a connection that was removed from the vault' {
            $arguments = (New-FakeToken).SignIn
            $gone = Connect-NotionWorkspace @arguments
            $secret = Get-Secret -Name "NotionAuth-$($gone.BotId)" -Vault $vault.Name
            $secret | Should -Not -BeNullOrEmpty
            Remove-Secret -Name "NotionAuth-$($gone.BotId)" -Vault $vault.Name
            $record = Invoke-InProcess ("try { Test-NotionToken '$($gone.Name)' -ErrorAction Stop } catch { " +
                "`$_.FullyQualifiedErrorId }")
            $record | Should -Match '^ConnectionNotFound,'
            Revoke-NotionToken $gone.Name -LocalOnly -Confirm:$false -ErrorAction Ignore
        }

        It 'reports <What> under a connection''s name' -ForEach @(
            @{ What = 'a broken secret'; Text = '{"version":1,'; Id = 'SecretInvalid' },
            @{ What = 'a secret of a newer version'; Text = '{"version":2}'; Id = 'SecretTooNew' }
        ) {
            # Read in a process that hasn't the connection in its memory; its metadata, where there is any, still names
            # it.
            $arguments = (New-FakeToken).SignIn
            $spoilt = Connect-NotionWorkspace @arguments
            $name = "NotionAuth-$($spoilt.BotId)"
            Set-SecretText $name $Text $vault.Name
            try {
                $output = Invoke-InProcess ("try { Test-NotionToken '$($spoilt.Name)' -ErrorAction Stop } catch { " +
                    "`$_.FullyQualifiedErrorId }")
                # Without metadata the secret is the only one who knows the name.
                $output | Should -Match $(if ($Kind -ne 'NoMetadata') { "^$Id," } else { '^ConnectionNotFound,' })
            }
            finally {
                Remove-Secret -Name $name -Vault $vault.Name
                Revoke-NotionToken $spoilt.Name -LocalOnly -Confirm:$false -ErrorAction Ignore
            }
        }

        It 'refuses <What> as -Token' -ForEach @(
            @{ What = 'a token with a line break'; Text = "ntn_a`r`nb"; Id = 'InvalidToken' }
            @{ What = 'an empty token'; Text = ''; Id = 'InvalidToken' }
            @{ What = 'a refresh token'; Text = 'nrt_ARefreshToken00000'; Id = 'WrongTokenKind' }
        ) {
            Assert-NotionError {
                Test-NotionToken -Token (ConvertTo-Secret $Text) -BaseUri $fake.BaseUri -ErrorAction Stop
            } -Id $Id -Category InvalidArgument
        }

        It 'refuses a base URI on a foreign host by http' {
            Assert-NotionError {
                Test-NotionToken -Token (
                    ConvertTo-Secret 'ntn_abc'
                ) -BaseUri http://notion.example.com -ErrorAction Stop
            } -Id InvalidBaseUri -Category InvalidArgument
        }
    }
}

Describe 'Test-NotionToken without a vault' {
    It 'tests a session-only connection' {
        Remove-TestVault
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $connection = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        $result = Test-NotionToken
        $result.Status | Should -Be 'Active'
        $result.Method | Should -Be 'Introspect' -Because 'the app registration is remembered for the session'
        ($connection | Test-NotionToken -Quiet) | Should -BeTrue
    }

    It 'reports Unknown where there is no network' {
        $result = Test-NotionToken -Token (ConvertTo-Secret 'ntn_abc') -BaseUri "http://localhost:$(Get-FreePort)"
        $result.Status | Should -Be 'Unknown'
        $result.Reason | Should -Match 'failed'
    }

    It 'reports that no vault is set up' {
        Remove-TestVault
        Assert-NotionError {
            Test-NotionToken 'Some name that nobody has' -ErrorAction Stop
        } -Id VaultNotConfigured -Category InvalidOperation -Advises 'Register-SecretVault'
    }
}
