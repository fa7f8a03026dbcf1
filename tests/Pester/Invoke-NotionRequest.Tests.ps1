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
        It 'sends the token, the version, the user agent and the given headers, and no others' {
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

        It 'writes a verbose line for each request: method, path, status, time and request id' {
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

        It 'reports that an object can not hold the keys' {
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
                # Sorted by a column, the query can't go on by the time of creation.
                $body = @{ sorts = @(@{ property = 'Name'; direction = 'ascending' }) }
                $all = @{ Body = $body; All = $true; PageSize = 10; WarningAction = 'SilentlyContinue' }
                $rows = Invoke-NotionRequest "data_sources/$dataSourceId/query" @all -WarningVariable warnings
            }
            finally {
                Set-FakeBehavior @{ queryRowCap = 10000 }
            }

            $rows.Count | Should -Be 20
            "$warnings" | Should -Match '10,000'
            @($warnings).Count | Should -Be 1 -Because 'every page of a capped query says that it is capped'
        }

        It 'returns items as text with -Raw and as dictionaries with -AsHashtable' {
            Invoke-NotionRequest users -All -Raw | Select-Object -First 1 | Should -BeOfType string
            Invoke-NotionRequest users -All -AsHashtable | Select-Object -First 1 |
                Should -BeOfType ([Collections.Specialized.OrderedDictionary])
        }

        It 'returns a reply that is no list unchanged' {
            Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = '{"object":"user","id":"one"}' }
            (Invoke-NotionRequest users/me -All).id | Should -BeExactly 'one'
        }

        It 'reports that the list would never end' {
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
}
