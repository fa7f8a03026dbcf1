BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

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

    Context 'the path' {
        It 'takes <Path>' -ForEach @{ Path = 'users/me' }, @{ Path = '/users/me' }, @{ Path = 'v1/users/me' },
                @{ Path = '/v1/users/me' }, @{ Path = '/v1/users/me/' } {
            (Invoke-NotionRequest $Path).id | Should -BeExactly $connection.BotId
        }

        It 'takes a full URL on the connection''s own host' {
            (Invoke-NotionRequest "$($fake.BaseUri)v1/users/me").id | Should -BeExactly $connection.BotId
        }

        It 'takes paths from the pipeline and answers in order' {
            ('users/me', "pages/$pageId", 'users' | Invoke-NotionRequest).object | Should -Be 'user', 'page', 'list'
        }

        It 'takes paths by property name, and bodies by a script block' {
            $made = [pscustomobject]@{ Path = 'search'; Body = @{ page_size = 1 } } |
                Invoke-NotionRequest -Method POST -Body { $_.Body }
            $made.results.Count | Should -Be 1
        }

        It 'refuses <Path> before anything is sent' -ForEach @(
            @{ Path = 'https://example.com/v1/users/me' }, @{ Path = '//example.com/v1/users/me' },
            @{ Path = 'users/../../admin' }, @{ Path = 'users/%2e%2e/%2e%2e/x' }
            @{ Path = 'users/%252e%252e/x' }, @{ Path = 'users\me' }, @{ Path = "users/me`r`nX: y" },
            @{ Path = 'users/%0d%0ax' }, @{ Path = 'users/me#x' }, @{ Path = 'users/a b' }, @{ Path = 'user@host/x' },
            @{ Path = '/' }
            # A variable in it was empty.
            @{ Path = 'pages/' }, @{ Path = 'blocks//children' }
        ) {
            Clear-FakeRequest
            Assert-NotionError {
                Invoke-NotionRequest $Path -ErrorAction Stop
            } -Id InvalidPath -Category InvalidArgument -Says 'Nothing was sent'
            (Get-FakeRequest '/').Count | Should -Be 0
        }
    }

    Context 'the request' {
        It 'sends the token, the version and who calls, and nothing else that it was not told' {
            Clear-FakeRequest
            $null = Invoke-NotionRequest users/me
            $headers = (Get-FakeRequest)[0].headers
            $headers.Authorization | Should -Match '^Bearer ntn_'
            $headers.'Notion-Version' | Should -BeExactly '2026-03-11'
            $headers.'User-Agent' | Should -Match '^NotionAuth/\d'
            $headers.PSObject.Properties.Name | Should -Not -Contain 'Cookie'
        }

        It 'sends -NotionVersion' {
            Clear-FakeRequest
            $null = Invoke-NotionRequest users/me -NotionVersion 2022-06-28
            (Get-FakeRequest)[0].headers.'Notion-Version' | Should -BeExactly '2022-06-28'
        }

        It 'sends -Query, encoded and the same in every culture' {
            Clear-FakeRequest
            $before = [cultureinfo]::CurrentCulture
            try {
                [cultureinfo]::CurrentCulture = 'de-DE'
                Add-FakeFault @{ path = '/v1/comments'; status = 200; body = '{}' }
                $null = Invoke-NotionRequest comments -Query (
                    [ordered]@{
                        a = 'x&y=z ü'; list = 1.5, 2; yes = $true
                        when = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc); none = $null
                    }
                )
            }
            finally {
                [cultureinfo]::CurrentCulture = $before
            }

            [uri]::UnescapeDataString((Get-FakeRequest)[0].query) |
                Should -BeExactly '?a=x&y=z ü&list=1.5&list=2&yes=true&when=2026-01-02T03:04:05.0000000Z'
            (Get-FakeRequest)[0].query | Should -Match '^\?a=x%26y%3Dz%20%C3%BC&'
        }

        It 'sends -Headers' {
            Clear-FakeRequest
            $null = Invoke-NotionRequest users/me -Headers @{ 'X-Trace' = 'abc' }
            (Get-FakeRequest)[0].headers.'X-Trace' | Should -BeExactly 'abc'
        }

        It 'refuses the header <Name>' -ForEach @{ Name = 'Authorization' }, @{ Name = 'Cookie' }, @{ Name = 'Host' },
                @{ Name = 'Notion-Version' }, @{ Name = "X`r`nY" } {
            Clear-FakeRequest
            Assert-NotionError {
                Invoke-NotionRequest users/me -Headers @{ $Name = 'x' } -ErrorAction Stop
            } -Id InvalidHeader -Category InvalidArgument -Says 'Nothing was sent'
            (Get-FakeRequest).Count | Should -Be 0
        }

        It 'refuses a Notion-Version that is no date' {
            Assert-NotionError {
                Invoke-NotionRequest users/me -NotionVersion newest -ErrorAction Stop
            } -Id InvalidNotionVersion -Category InvalidArgument
        }

        It 'takes a token in place of a connection' {
            $token = New-FakeToken
            (Invoke-NotionRequest users/me -Token $token.SignIn.Token -BaseUri $fake.BaseUri).bot.workspace_name |
                Should -BeExactly $token.Workspace
        }

        It 'refuses <What> as -Token' -ForEach @(
            @{ What = 'an empty token'; Text = ''; Id = 'InvalidToken' }, @{
                What = 'a token with a line break'; Text = "ntn_a`nb"; Id = 'InvalidToken'
            }, @{ What = 'a refresh token'; Text = 'nrt_x'; Id = 'WrongTokenKind' }
        ) {
            Assert-NotionError {
                Invoke-NotionRequest users/me -Token (ConvertTo-Secret $Text) -BaseUri $fake.BaseUri -ErrorAction Stop
            } -Id $Id -Category InvalidArgument
        }

        It 'refuses http on a foreign host' {
            Assert-NotionError {
                Invoke-NotionRequest users/me -Token (
                    ConvertTo-Secret 'ntn_x'
                ) -BaseUri http://notion.example.com -ErrorAction Stop
            } -Id InvalidBaseUri -Category InvalidArgument
        }

        It 'tells each request with -Verbose: method, path, status, time and request id' {
            Clear-FakeRequest
            $verbose = Invoke-NotionRequest users/me -Query @{ page_size = 1 } -Verbose -ErrorAction Ignore 4>&1 |
                Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
            "$verbose" | Should -Match "^GET /v1/users/me \d+ in \d+ ms, request $((Get-FakeRequest)[0].requestId)"
        }
    }

    Context 'the body' {
        It 'sends <What>' -ForEach @(
            @{ What = 'a hashtable'; Body = @{ a = 1 }; Json = '{"a":1}' }
            @{ What = 'an ordered dictionary in its order'; Body = [ordered]@{ z = 1; a = 2 }; Json = '{"z":1,"a":2}' }
            @{ What = 'an object'; Body = [pscustomobject]@{ a = 'x'; b = $null }; Json = '{"a":"x","b":null}' }
            @{ What = 'JSON text as it stands'; Body = '{ "a" : 1.0 }'; Json = '{ "a" : 1.0 }' }
            @{ What = 'one-element arrays as arrays, nested too'; Body = @{ a = , @(, @(1)) }; Json = '{"a":[[[1]]]}' }
            @{ What = 'an empty array'; Body = @{ a = @() }; Json = '{"a":[]}' }
            @{ What = '$null'; Body = @{ a = $null }; Json = '{"a":null}' }
            @{
                What = 'a date and time'; Body = @{ a = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc) }
                Json = '{"a":"2026-01-02T03:04:05.0000000Z"}'
            }
            @{ What = 'a date'; Body = @{ a = [datetime]::new(2026, 1, 2) }; Json = '{"a":"2026-01-02"}' }
            @{
                What = 'a date with an offset'
                Body = @{ a = [datetimeoffset]::new(2026, 1, 2, 3, 4, 5, [timespan]::FromHours(2)) }
                Json = '{"a":"2026-01-02T03:04:05.0000000+02:00"}'
            }
            @{
                What = 'numbers'; Body = [ordered]@{ a = 1.5; b = [long]::MaxValue; c = [decimal]0.1; d = $true }
                Json = '{"a":1.5,"b":9223372036854775807,"c":0.1,"d":true}'
            }
        ) {
            Get-SentBody $Body | Should -BeExactly $Json
        }

        It 'cuts nothing at a depth' {
            $body = @{ leaf = 'here' }
            foreach ($level in 1..60) { $body = @{ next = $body } }
            $sent = Get-SentBody $body
            $sent | Should -Match '\{"leaf":"here"\}'
            ([regex]::Matches($sent, 'next')).Count | Should -Be 60
        }

        It 'sends text of every script' {
            (Get-SentBody @{ a = 'naïve 漢字 🚀 "quotes"' } | ConvertFrom-Json).a |
                Should -BeExactly 'naïve 漢字 🚀 "quotes"'
        }

        It 'sends a file, without its byte order mark' {
            $file = Join-Path (New-TestFolder) 'body.json'
            [IO.File]::WriteAllText($file, '{"from":"file"}', [Text.UTF8Encoding]::new($true))
            Get-SentBody (Get-Item -LiteralPath $file) | Should -BeExactly '{"from":"file"}'
        }

        It 'sends one object that stands in two places' {
            $shared = @{ x = 1 }
            Get-SentBody ([ordered]@{ a = $shared; b = $shared }) | Should -BeExactly '{"a":{"x":1},"b":{"x":1}}'
        }

        It 'refuses <What> before anything is sent' -ForEach @(
            @{ What = 'a cycle'; Make = { $b = @{}; $b.self = $b; $b }; Id = 'BodyCycle'; Says = 'cycle' }
            @{
                What = 'a cycle of objects'; Make = { $b = [pscustomobject]@{ list = $null }; $b.list = @(1, $b); $b }
                Id = 'BodyCycle'; Says = 'cycle'
            }
            @{ What = 'text that is no JSON'; Make = { '{"a":' }; Id = 'BodyNotJson'; Says = 'JSON' }
            @{ What = 'NaN'; Make = { @{ a = [double]::NaN } }; Id = 'InvalidBody'; Says = 'NaN' }
            @{ What = 'a SecureString'; Make = { @{ a = [securestring]::new() } }; Id = 'BodySecret'; Says = 'secret' }
            @{ What = 'a script block'; Make = { @{ a = { 1 } } }; Id = 'InvalidBody'; Says = 'ScriptBlock' }
            @{
                What = 'a file that is not there'; Make = { [IO.FileInfo]'/nowhere/body.json' }; Id = 'BodyUnreadable'
                Says = 'nowhere'
            }
        ) {
            Clear-FakeRequest
            $body = & $Make
            Assert-NotionError {
                Invoke-NotionRequest comments -Method POST -Body $body -ErrorAction Stop
            } -Id $Id -Category InvalidArgument -Says $Says
            (Get-FakeRequest).Count | Should -Be 0
        }

        It 'refuses a body for GET' {
            Assert-NotionError {
                Invoke-NotionRequest users -Body @{ a = 1 } -ErrorAction Stop
            } -Id InvalidBody -Category InvalidArgument -Advises '-Method'
        }
    }

    Context 'the answer' {
        It 'is an object with a type name from Notion''s object field, its order kept, its strings left as they are' {
            $page = Invoke-NotionRequest "pages/$pageId"
            $page.PSObject.TypeNames[0] | Should -BeExactly 'Notion.Page'
            $page.created_time | Should -BeOfType string
            $names = @($page.PSObject.Properties.Name)
            $raw = Invoke-NotionRequest "pages/$pageId" -Raw
            $names | Should -Be @(($raw | ConvertFrom-Json -AsHashtable).Keys)
        }

        It 'is text with -Raw' {
            $raw = Invoke-NotionRequest users/me -Raw
            $raw | Should -BeOfType string
            ($raw | ConvertFrom-Json).id | Should -BeExactly $connection.BotId
        }

        It 'is an ordered, case-sensitive dictionary with -AsHashtable' {
            Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = '{"A":1,"a":2,"":3}' }
            $answer = Invoke-NotionRequest users/me -AsHashtable
            $answer | Should -BeOfType ([Collections.Specialized.OrderedDictionary])
            $answer['A'], $answer['a'], $answer[''] | Should -Be 1, 2, 3
        }

        It 'says when an object can not hold the keys' {
            Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = '{"A":1,"a":2}' }
            Assert-NotionError {
                Invoke-NotionRequest users/me -ErrorAction Stop
            } -Id DuplicateKey -Category InvalidData -Advises '-AsHashtable'
        }

        It 'can be sent back: GET, PATCH, GET' {
            $children = Invoke-NotionRequest "blocks/$pageId/children" -PageSize 10
            $block = $children.results | Where-Object type -EQ paragraph | Select-Object -First 1
            $patched = Invoke-NotionRequest "blocks/$($block.id)" -Method PATCH -Body @{ paragraph = $block.paragraph }
            ($patched.paragraph | ConvertTo-Json -Depth 20) |
                Should -BeExactly ($block.paragraph | ConvertTo-Json -Depth 20)

            $row = (Invoke-NotionRequest "data_sources/$dataSourceId/query" -Method POST -PageSize 1).results[0]
            $title = $row.properties.PSObject.Properties | Where-Object { $_.Value.type -eq 'title' }
            $null = Invoke-NotionRequest "pages/$($row.id)" -Method PATCH -Body @{
                properties = @{ $title.Name = $title.Value }
            }
            $again = Invoke-NotionRequest "pages/$($row.id)"
            ($again.properties | ConvertTo-Json -Depth 20) |
                Should -BeExactly ($row.properties | ConvertTo-Json -Depth 20)
        }
    }

    Context 'lists' {
        It 'returns the items of every page with -All' {
            Clear-FakeRequest
            $rows = @(Invoke-NotionRequest "data_sources/$dataSourceId/query" -Method POST -All)
            $rows.Count | Should -Be 260
            @($rows.id | Sort-Object -Unique).Count | Should -Be 260
            $rows[0].PSObject.TypeNames[0] | Should -BeExactly 'Notion.Page'
            (Get-FakeRequest).Count | Should -Be 3
        }

        It 'takes the items of a GET too, -PageSize at a time' {
            Clear-FakeRequest
            $blocks = @(Invoke-NotionRequest "blocks/$pageId/children" -All -PageSize 50)
            $blocks.Count | Should -BeGreaterThan 100
            @($blocks.id | Sort-Object -Unique).Count | Should -Be $blocks.Count
            (Get-FakeRequest).query | ForEach-Object { $_ | Should -Match 'page_size=50' }
            (Get-FakeRequest).Count | Should -Be 3
        }

        It 'keeps the rest of a POST''s body from page to page' {
            Clear-FakeRequest
            $null = Invoke-NotionRequest search -Method POST -Body @{
                filter = @{ property = 'object'; value = 'page' }; page_size = 7
            } -All -PageSize 100 | Select-Object -First 1
            foreach ($request in Get-FakeRequest) {
                ($request.body | ConvertFrom-Json).filter.value | Should -BeExactly 'page'
            }
        }

        It 'stops when the pipeline has enough' {
            Clear-FakeRequest
            @(Invoke-NotionRequest "data_sources/$dataSourceId/query" -Method POST -All -PageSize 10 |
                Select-Object -First 3).Count |
                Should -Be 3
            (Get-FakeRequest).Count | Should -BeLessOrEqual 2 -Because 'one page is fetched ahead at most'
        }

        It 'warns when Notion stopped at its limit' {
            try {
                Set-FakeBehavior @{ queryRowCap = 20 }
                $all = @{ Method = 'POST'; All = $true; PageSize = 10; WarningAction = 'SilentlyContinue' }
                $rows = Invoke-NotionRequest "data_sources/$dataSourceId/query" @all -WarningVariable warnings
            }
            finally {
                Set-FakeBehavior @{ queryRowCap = 10000 }
            }

            $rows.Count | Should -Be 20
            "$warnings" | Should -Match '10,000'
        }

        It 'returns items as text with -Raw and as dictionaries with -AsHashtable' {
            Invoke-NotionRequest users -All -Raw | Select-Object -First 1 | Should -BeOfType string
            Invoke-NotionRequest users -All -AsHashtable | Select-Object -First 1 |
                Should -BeOfType ([Collections.Specialized.OrderedDictionary])
        }

        It 'returns a reply that is no list as it is' {
            Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = '{"object":"user","id":"one"}' }
            (Invoke-NotionRequest users/me -All).id | Should -BeExactly 'one'
        }

        It 'says when the list would never end' {
            Add-FakeFault @{
                path = '/v1/users'; status = 200; times = 5
                body = '{"object":"list","results":[],"has_more":true,"next_cursor":"again"}'
            }
            Assert-NotionError {
                Invoke-NotionRequest users -All -ErrorAction Stop
            } -Id RepeatedCursor -Category InvalidData
        }
    }

    Context 'writing' {
        It 'sends nothing with -WhatIf: <Method>' -ForEach @{ Method = 'POST' }, @{ Method = 'PATCH' },
                @{ Method = 'PUT' }, @{ Method = 'DELETE' } {
            Clear-FakeRequest
            Invoke-NotionRequest "pages/$pageId" -Method $Method -WhatIf 6>$null | Should -BeNullOrEmpty
            (Get-FakeRequest).Count | Should -Be 0
        }

        It 'reads all the same with -WhatIf: <Path>' -ForEach @{ Path = 'users/me'; Method = 'GET' },
                @{ Path = 'search'; Method = 'POST' } {
            Invoke-NotionRequest $Path -Method $Method -WhatIf | Should -Not -BeNullOrEmpty
        }

        It 'does not ask before it writes' {
            $result = Invoke-InRunspace {
                Invoke-NotionRequest "pages/$pageId" -Method PATCH -Body @{ icon = $null } -Connection Seeded
            } @{ pageId = $pageId }
            $result.Errors | Should -BeNullOrEmpty
            $result.Output[0].id | Should -BeExactly $pageId
        }
    }

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

    It 'says what is missing where the app registration is gone' {
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
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest
        Add-FakeFault @{ kind = 'delay'; delayMs = 1000; path = '/v1/oauth/token' }
        $shell = New-RunspaceShell @{ name = $connection.Name }
        try {
            # Between the proof that the vault can be written and the write.
            $run = $shell.AddScript('(Invoke-NotionRequest users/me -Connection $name).id').BeginInvoke()
            Wait-Until { (Get-FakeRequest '/v1/oauth/token').Count -or $run.IsCompleted } 'the refresh is on its way'
            Set-VaultTrouble $vault read-only
            $shell.EndInvoke($run) | Should -BeExactly $connection.BotId
            "$($shell.Streams.Warning)" | Should -Match 'lives in this process only'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }

        (Invoke-NotionRequest users/me -WarningVariable warnings).id | Should -BeExactly $connection.BotId
        $warnings | Should -BeNullOrEmpty
        Set-VaultTrouble $vault none
        $null = Invoke-NotionRequest users/me
        (Get-StoredConnection $connection.BotId -Vault $vault.Name).access_token |
            Should -BeExactly ((Get-FakeState).tokens |
                Where-Object { $_.botId -eq $connection.BotId -and $_.accessState -eq 'Live' }).accessToken
    }
}
