BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $pageId = $fake.sample.pageId
    $dataSourceId = $fake.sample.dataSourceId

    # One process-only connection to the seeded workspace, for all that has nothing to do with vaults.
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $connection = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Invoke-NotionRequest' {
    AfterEach { Clear-FakeFault }

    Context 'trouble on the way' {
        It 'waits as long as Notion says after 429, and tries again' {
            Clear-FakeRequest
            Add-FakeFault @{ status = 429; path = '/v1/users/me'; headers = @{ 'Retry-After' = '1' } }
            (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
            $requests = Get-FakeRequest
            $requests.status | Should -Be 429, 200
            ([datetime]$requests[1].time - [datetime]$requests[0].time).TotalSeconds | Should -BeGreaterOrEqual 0.99
        }

        It 'repeats what only reads after <Status>' -ForEach @{ Status = 500 }, @{ Status = 502 }, @{ Status = 503 },
                @{ Status = 504 }, @{ Status = 529 }, @{ Status = 409 } {
            Add-FakeFault @{ status = $Status; path = '/v1/users/me'; headers = @{ 'Retry-After' = '0' } }
            (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
        }

        It 'does not repeat a write that may have been carried out: <What>' -ForEach @(
            @{
                What = '500'; Fault = @{ status = 500; headers = @{ 'Retry-After' = '0' } }; Id = 'InternalServerError'
                Category = 'ResourceUnavailable'
            }
            @{
                What = 'a broken connection'; Fault = @{ kind = 'resetAfterCommit' }; Id = 'ConnectionFailed'
                Category = 'ConnectionError'
            }
        ) {
            Clear-FakeRequest
            Add-FakeFault ($Fault + @{ path = "/v1/pages/$pageId" })
            Assert-NotionError {
                Invoke-NotionRequest "pages/$pageId" -Method PATCH -Body @{ icon = $null } -ErrorAction Stop
            } -Id $Id -Category $Category
            (Get-FakeRequest).Count | Should -Be 1
        }

        It 'is done with a DELETE that finds in the trash what it deleted itself, and with no other' {
            $body = @{ parent = @{ page_id = $pageId }; properties = @{} }
            $block = "blocks/$((Invoke-NotionRequest pages -Method POST -Body $body).id)"
            Add-FakeFault @{ kind = 'reset_after_commit'; path = "/v1/$block"; method = 'DELETE' }
            (Invoke-NotionRequest $block -Method DELETE).in_trash | Should -BeTrue
            Assert-NotionError {
                Invoke-NotionRequest $block -Method DELETE -ErrorAction Stop
            } -Id ValidationError -Category InvalidArgument -Advises 'in the trash already'
            Assert-NotionError {
                Invoke-NotionRequest "$block/children" -Method PATCH -Body @{
                    children = @(@{ divider = @{} })
                } -ErrorAction Stop
            } -Id ValidationError -Category InvalidArgument -Advises 'out of the trash first.*in_trash = \$false'
        }

        It 'says that the plan has no room for more blocks' {
            Set-FakeBehavior @{ blockLimit = 0 }
            try {
                Assert-NotionError {
                    Invoke-NotionRequest "blocks/$pageId/children" -Method PATCH -Body @{
                        children = @(@{ divider = @{} })
                    } -ErrorAction Stop
                } -Id RestrictedResource -Category PermissionDenied -Advises 'no room for more blocks'
            }
            finally {
                Set-FakeBehavior @{ blockLimit = $null }
            }
        }

        It 'does not repeat with -MaximumRetryCount 0, and says how long to wait' {
            Clear-FakeRequest
            Add-FakeFault @{ status = 429; path = '/v1/users'; headers = @{ 'Retry-After' = '7' } }
            $token = New-FakeToken
            $by = $token.SignIn
            Assert-NotionError {
                Invoke-NotionRequest users -MaximumRetryCount 0 @by -ErrorAction Stop
            } -Id RateLimited -Category ResourceBusy -Advises '7 s.*-MaximumRetryCount'
            (Get-FakeRequest).Count | Should -Be 1
        }

        It 'never repeats what Notion blocks' {
            Clear-FakeRequest
            Add-FakeFault @{
                status = 429; path = '/v1/users/me'; times = 3
                additionalData = @{ rate_limit_reason = 'public_api_request_blocked' }
            }
            Assert-NotionError {
                Invoke-NotionRequest users/me -ErrorAction Stop
            } -Id RateLimited -Category ResourceBusy -Advises 'support'
            (Get-FakeRequest).Count | Should -Be 1
        }

        It 'ends an attempt after -TimeoutSec' {
            Add-FakeFault @{ kind = 'delay'; delayMs = 20000; path = '/v1/users/me' }
            Assert-NotionError {
                Invoke-NotionRequest users/me -TimeoutSec 1 -MaximumRetryCount 0 -ErrorAction Stop
            } -Id RequestTimeout -Category OperationTimeout -Says '1 s' -Advises '-TimeoutSec'
        }

        It 'repeats a GET whose answer broke off' {
            Add-FakeFault @{ kind = 'truncateBody'; path = '/v1/users/me' }
            (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
        }

        It 'does not follow a redirect with the token' {
            Clear-FakeRequest
            Add-FakeFault @{ kind = 'redirect'; path = '/v1/users/me'; location = "$($fake.BaseUri)v1/users" }
            Assert-NotionError {
                Invoke-NotionRequest users/me -ErrorAction Stop
            } -Id UnexpectedRedirect -Category InvalidData
            (Get-FakeRequest).Count | Should -Be 1
        }

        It 'reports a reply that is no JSON' {
            Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = '<html>' }
            Assert-NotionError {
                Invoke-NotionRequest users/me -ErrorAction Stop
            } -Id InvalidReply -Category InvalidData -Advises '-Raw'
        }

        It 'reports what the edge proxy blocks, with its ray id' {
            Add-FakeFault @{ kind = 'edgeHtml'; path = '/v1/users/me' }
            $record = Get-ErrorOf { Invoke-NotionRequest users/me -ErrorAction Stop }
            $expected = @{ Id = 'Http403'; Category = 'PermissionDenied' }
            Assert-NotionError -Record $record @expected -Says 'edge proxy.*8f2a6c1d4e3b5a70-FRA'
            $record.Exception.RayId | Should -BeExactly '8f2a6c1d4e3b5a70-FRA'
        }

        It 'reports Notion''s error with its status, code, message and request id' {
            Clear-FakeRequest
            $record = Get-ErrorOf { Invoke-NotionRequest "pages/$([guid]::NewGuid())" -ErrorAction Stop }
            $expected = @{ Id = 'ObjectNotFound'; Category = 'ObjectNotFound' }
            Assert-NotionError -Record $record @expected -Advises 'share it with the integration'
            $record.Exception.Status | Should -Be 404
            $record.Exception.Code | Should -BeExactly 'object_not_found'
            $record.Exception.RequestId | Should -BeExactly (Get-FakeRequest)[0].requestId
            "$record" | Should -Match $record.Exception.RequestId
        }

        It 'reports <Id>' -ForEach @(
            @{
                Id = 'InvalidRequestUrl'; Category = 'InvalidArgument'
                Run = { Invoke-NotionRequest nonsense -ErrorAction Stop }
            }
            @{
                Id = 'InvalidRequestUrl'; Category = 'InvalidArgument'
                Run = { Invoke-NotionRequest "data_sources/$dataSourceId" -NotionVersion 2022-06-28 -ErrorAction Stop }
            }
            @{
                Id = 'MissingVersion'; Category = 'InvalidArgument'
                Run = { Invoke-NotionRequest users/me -NotionVersion 2030-01-01 -ErrorAction Stop }
            }
            @{
                Id = 'ValidationError'; Category = 'InvalidArgument'
                Run = { Invoke-NotionRequest search -Method POST -Body @{ page_size = 'many' } -ErrorAction Stop }
            }
            @{
                Id = 'Unauthorized'; Category = 'AuthenticationError'
                Run = {
                    Invoke-NotionRequest users/me -Token (
                        ConvertTo-Secret 'ntn_NobodyKnowsThis'
                    ) -BaseUri $fake.BaseUri -ErrorAction Stop
                }
            }
        ) {
            Assert-NotionError $Run -Id $Id -Category $Category
        }

        It 'reports a capability that the integration has not' {
            $null = Invoke-FakeNotionControl 'integrations' -Body @{
                kind = 'internal'; token = 'ntn_WithoutAnyCapability0000000001'; workspaceName = 'Poor'
                name = 'Poor bot'; capabilities = 'None'
            }
            Assert-NotionError {
                Invoke-NotionRequest users -Token (
                    ConvertTo-Secret 'ntn_WithoutAnyCapability0000000001'
                ) -BaseUri $fake.BaseUri -ErrorAction Stop
            } -Id RestrictedResource -Category PermissionDenied -Advises 'capability'
        }

        It 'goes on with the next path after an error' {
            $found = 'users/../x', 'users/me' | Invoke-NotionRequest -ErrorVariable errors -ErrorAction SilentlyContinue
            $found.id | Should -BeExactly $connection.BotId
            $errors.Count | Should -Be 1
        }

        It 'ends at once with Ctrl+C' {
            Add-FakeFault @{ kind = 'delay'; delayMs = 30000; path = '/v1/users/me' }
            Clear-FakeRequest
            $shell = New-RunspaceShell
            try {
                $run = $shell.AddScript('Invoke-NotionRequest users/me -Connection Seeded').BeginInvoke()
                Wait-Until { (Get-FakeRequest).Count -or $run.IsCompleted } 'the request arrived'
                $watch = [Diagnostics.Stopwatch]::StartNew()
                $shell.Stop()
                $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
                $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            }
            finally {
                $shell.Runspace.Dispose()
                $shell.Dispose()
            }
        }
    }
}

Describe 'Invoke-NotionRequest -SkipHttpErrorCheck' {
    It 'returns the error as an object' {
        $answer = Invoke-NotionRequest nonsense -SkipHttpErrorCheck
        $answer.PSObject.TypeNames[0] | Should -BeExactly 'Notion.Error'
        $answer.code | Should -BeExactly 'invalid_request_url'
    }

    It 'repeats all the same what may be repeated' {
        Clear-FakeRequest
        Add-FakeFault @{ status = 429; path = '/v1/users/me'; headers = @{ 'Retry-After' = '0' } }
        (Invoke-NotionRequest users/me -SkipHttpErrorCheck).object | Should -BeExactly 'user'
        (Get-FakeRequest).status | Should -Be 429, 200
    }

    It 'leaves errors of ours as errors' {
        Assert-NotionError {
            Invoke-NotionRequest users/../x -SkipHttpErrorCheck -ErrorAction Stop
        } -Id InvalidPath -Category InvalidArgument
    }
}
