BeforeDiscovery {
    $text = { param($words) '[{"type":"text","text":{"content":"' + $words + '"},"plain_text":"' + $words + '"}]' }
    $common = '"id":"59833787-2cf9-4fdf-8782-e53db20768a5","created_time":"2026-03-01T19:05:00.000Z",' +
        '"last_edited_time":"2026-07-06T20:25:00.000Z"'
    $objects = @(
        @{ Kind = 'a page'; Type = 'Notion.Page'; Shows = 'Tuscan kale', '59833787-2cf9-4fdf-8782-e53db20768a5'
            Json = '{"object":"page",' + $common + (',"properties":{"Tags":{"id":"a","type":"multi_select",' +
                '"multi_select":[]},"Name":{"id":"title","type":"title","title":') + (& $text 'Tuscan kale') + '}}}' }
        @{
            Kind = 'a page without a title'; Type = 'Notion.Page'; Shows = '(untitled)'
            Json = '{"object":"page",' + $common + ',"properties":{"Name":{"id":"title","type":"title","title":[]}}}'
        }
        @{
            Kind = 'a data source'; Type = 'Notion.DataSource'; Shows = 'Groceries'
            Json = '{"object":"data_source",' + $common + ',"title":' + (& $text 'Groceries') +
                ',"properties":{"Name":{"id":"title","type":"title","title":{}}}}'
        }
        @{
            Kind = 'a data source in a database'; Type = 'Notion.DataSource'; Shows = 'Short'
            Json = '{"object":"data_source",' + $common + ',"name":"Short"}'
        }
        @{
            Kind = 'a database'; Type = 'Notion.Database'; Shows = 'House'
            Json = '{"object":"database",' + $common + ',"title":' + (& $text 'House') + '}'
        }
        @{
            Kind = 'a paragraph'; Type = 'Notion.Block'; Shows = 'paragraph', 'A dark leaf'
            Json = '{"object":"block",' + $common + ',"type":"paragraph","paragraph":{"rich_text":' +
                (& $text 'A dark leaf') + '}}'
        }
        @{
            Kind = 'a done task'; Type = 'Notion.Block'; Shows = '[x] Buy'
            Json = '{"object":"block",' + $common + ',"type":"to_do","to_do":{"checked":true,"rich_text":' +
                (& $text 'Buy') + '}}'
        }
        @{
            Kind = 'a child page'; Type = 'Notion.Block'; Shows = 'Below'
            Json = '{"object":"block",' + $common + ',"type":"child_page","child_page":{"title":"Below"}}'
        }
        @{
            Kind = 'an image'; Type = 'Notion.Block'; Shows = 'https://x.y/z.png'
            Json = '{"object":"block",' + $common +
                ',"type":"image","image":{"type":"external","external":{"url":"https://x.y/z.png"},"caption":[]}}'
        }
        @{
            Kind = 'a row of a table'; Type = 'Notion.Block'; Shows = 'one | two'
            Json = '{"object":"block",' + $common + ',"type":"table_row","table_row":{"cells":[' + (& $text 'one') +
                ',' + (& $text 'two') + ']}}'
        }
        @{
            Kind = 'a person'; Type = 'Notion.User'; Shows = 'Ann', 'person', 'ann@x.y'
            Json = '{"object":"user","id":"u","type":"person","name":"Ann","person":{"email":"ann@x.y"}}'
        }
        @{
            Kind = 'a bot'; Type = 'Notion.User'; Shows = 'Robo', 'bot'
            Json = '{"object":"user","id":"u","type":"bot","name":"Robo","bot":{}}'
        }
        @{
            Kind = 'a comment'; Type = 'Notion.Comment'; Shows = 'Ann', 'Well said'
            Json = '{"object":"comment",' + $common + ',"display_name":{"type":"user","resolved_name":"Ann"},' +
                '"created_by":{"object":"user","id":"u"},"rich_text":' + (& $text 'Well said') + '}'
        }
        @{
            Kind = 'a comment of somebody unknown'; Type = 'Notion.Comment'; Shows = 'u77', 'Hi'
            Json = '{"object":"comment",' + $common + ',"created_by":{"object":"user","id":"u77"},"rich_text":' +
                (& $text 'Hi') + '}'
        }
        @{
            Kind = 'a list'; Type = 'Notion.List'; Shows = 'page', '3', 'abc'
            Json = '{"object":"list","type":"page","results":[1,2,3],"has_more":true,"next_cursor":"abc"}'
        }
        @{
            Kind = 'a file upload'; Type = 'Notion.FileUpload'; Shows = 'a.pdf', 'uploaded'
            Json = '{"object":"file_upload","id":"f","filename":"a.pdf","status":"uploaded",' +
                '"content_type":"application/pdf","content_length":10}'
        }
    )

    $values = '5', '"x"', 'null', '[]', '{}', '[null]', '[[1]]', '{"type":5}', '{"type":"x"}', '[{"plain_text":{}}]',
        'true'
    $broken = foreach ($kind in 'page', 'data_source', 'database', 'block', 'user', 'comment', 'list', 'file_upload') {
        @{ Kind = $kind; Jsons = @(
                '{"object":"' + $kind + '"}'
                foreach ($value in $values) {
                    '{"object":"' + $kind + '","id":' + $value + ',"type":"paragraph","paragraph":' + $value +
                        ',"properties":' + $value + ',"title":' + $value + ',"name":' + $value + ',"person":' + $value +
                        ',"parent":' + $value +
                    ',"rich_text":' + $value + ',"created_by":' + $value + ',"display_name":' + $value +
                    ',"last_edited_time":' + $value + ',"created_time":' + $value + ',"results":' + $value +
                    ',"filename":' + $value + '}'
                    '{"object":"' + $kind + '","type":' + $value + ',"properties":{"Name":' + $value +
                        ',"B":{"type":"title","title":' + $value + '},"C":{"type":"formula","formula":' + $value +
                        '},"D":{"type":"date","date":' + $value + '},"E":{"type":"people","people":' + $value + '}}}'
                }
            ) }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $pageId = $fake.sample.pageId
    $dataSourceId = $fake.sample.dataSourceId
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
    $PSStyle.OutputRendering = 'PlainText'
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Views' {
    AfterEach { Clear-FakeFault }

    It 'show of <Kind> what a person looks for' -ForEach $objects {
        $object = Get-Reply $Json
        $object.PSObject.TypeNames[0] | Should -BeExactly $Type
        $table = $object | Out-String -Width 160
        $list = $object | Format-List | Out-String -Width 160
        foreach ($shown in $Shows) {
            $table.Contains($shown) | Should -BeTrue -Because "'$shown' must be in:`n$table"
            $list.Contains($shown) | Should -BeTrue -Because "'$shown' must be in:`n$list"
        }

        @($table.Trim() -split "`n").Count |
            Should -Be 3 -Because 'a line of titles, one of dashes and one for the object'
        $table + $list | Should -Not -Match '#ERR|@\{'
    }

    It 'show pages and data sources, as a search finds them mixed, in one table' {
        $page = Get-Reply ('{"object":"page","id":"p1","properties":{"Name":{"id":"title","title":' +
            '[{"plain_text":"One"}]}}}')
        $source = Get-Reply '{"object":"data_source","id":"d1","title":[{"plain_text":"Two"}]}'
        $lines = ($page, $source, $page | Out-String -Width 160).Trim() -split "`n"
        $lines.Count | Should -Be 5 -Because 'a line of titles, one of dashes, and one for each object'
        $lines[2] | Should -Match '^One +page'
        $lines[3] | Should -Match '^Two +data_source'
    }

    It 'show what matters at 80 columns' {
        $page = Get-Reply ('{"object":"page","id":"59833787-2cf9-4fdf-8782-e53db20768a5","url":"https://x.y/z",' +
            '"properties":{"Name":{"id":"title","title":[{"plain_text":"One"}]}}}')
        $text = $page | Out-String -Width 80
        foreach ($shown in 'page', 'One', '59833787-2cf9-4fdf-8782-e53db20768a5') { $text | Should -Match $shown }
    }

    It 'show the time of an edit as the time that it is here' {
        $object = Get-Reply '{"object":"page","id":"x","last_edited_time":"2026-07-06T20:25:00.000Z"}'
        $object | Out-String -Width 160 | Should -Match (
            [datetime]::new(2026, 7, 6, 20, 25, 0, [DateTimeKind]::Utc).ToLocalTime().ToString('yyyy-MM-dd HH:mm')
        )
    }

    It 'show a page''s properties with Format-List' {
        $properties = '"Done":{"type":"checkbox","checkbox":true},"When":{"type":"date","date":{"start":"2026-01-01",' +
            '"end":"2026-01-03"}},"Who":{"type":"people","people":[{"object":"user","id":"1","name":"Ann"},' +
            '{"object":"user","id":"u2"}]},' +
        '"Status":{"type":"status","status":{"name":"Busy"}},"Tags":{"type":"multi_select",' +
        '"multi_select":[{"name":"a"},{"name":"b"}]},"Sum":{"type":"formula","formula":{"type":"number",' +
        '"number":2.5}},"No":{"type":"unique_id","unique_id":{"prefix":"T","number":7}},' +
        '"All":{"type":"rollup","rollup":{"type":"array","array":[{"type":"number","number":1},' +
        '{"type":"title","title":[{"plain_text":"x"}]}]}}'
        $list = Get-Reply ('{"object":"page","id":"x","properties":{' + $properties + '}}') | Format-List |
            Out-String -Width 160
        foreach ($line in 'Done +: True', 'When +: 2026-01-01 - 2026-01-03', 'Who +: Ann, u2', 'Status +: Busy',
                'Tags +: a, b', 'Sum +: 2\.5', 'No +: T-7', 'All +: 1, x') {
            $list | Should -Match $line
        }
    }

    It 'show no control characters, which could speak to a terminal' {
        $object = Get-Reply ('{"object":"block","id":"x","type":"paragraph",' +
            '"paragraph":{"rich_text":[{"plain_text":"a\u001b]0;owned\u0007\u009b31mb\r\nc"}]}}')
        ($object | Out-String -Width 160) + ($object | Format-List | Out-String -Width 160) |
            Should -Not -Match "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    }

    It 'show nothing that a terminal would obey, or that makes a line lie: <Kind>' -ForEach @(
        @{ Kind = 'page' }, @{ Kind = 'data_source' }, @{ Kind = 'database' }, @{ Kind = 'block' }, @{ Kind = 'user' },
        @{ Kind = 'comment' }, @{ Kind = 'list' }, @{ Kind = 'file_upload' }
    ) {
        $evil = 'a\u001b]0;owned\u0007\u202etxt.exe\u2066\u009b31mb'
        $text = foreach ($name in 'id', 'url', 'type', 'name', 'avatar_url', 'discussion_id', 'next_cursor', 'filename',
                'status', 'content_type', 'title', 'created_time', 'last_edited_time') {
            """$name"":""$evil"""
        }
        $object = Get-Reply "{""object"":""$Kind"",$($text -join ',')}"
        $shown = ($object | Out-String -Width 160) + ($object | Format-List | Out-String -Width 160)
        # As code points: the report of a failure can't hold the characters themselves.
        [regex]::Matches(
            $shown, '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]'
        ).ForEach({ 'U+{0:X4}' -f [int][char]$_.Value }) | Should -BeNullOrEmpty
    }

    It 'bear a broken or partial <Kind>' -ForEach $broken {
        foreach ($json in $Jsons) {
            $object = Get-Reply $json
            $errors = @($object | Out-String -Width 160 -ErrorVariable made) +
                @($object | Format-List | Out-String -Width 160)
            "$errors" | Should -Not -Match '#ERR' -Because $json
            $made | Should -BeNullOrEmpty
        }
    }

    It 'bear an added property that fails' {
        $object = Get-Reply '{"object":"page","id":"x"}'
        $object | Add-Member -MemberType ScriptProperty -Name title -Value { throw 'no' }
        $object | Out-String -Width 160 | Should -Match '\bx\b'
    }

    It 'work for objects that come back from a job and from a file' {
        $page = Invoke-NotionRequest "pages/$pageId"
        $back = [Management.Automation.PSSerializer]::Deserialize(
            [Management.Automation.PSSerializer]::Serialize($page, 10)
        )
        $back | Out-String -Width 160 | Should -BeExactly ($page | Out-String -Width 160)
    }

    It 'change nothing in the objects' {
        $page = Invoke-NotionRequest "pages/$pageId"
        $before = $page | ConvertTo-Json -Depth 50
        $null = $page | Out-String
        $null = $page | Format-List | Out-String
        $page | ConvertTo-Json -Depth 50 | Should -BeExactly $before
        $page.PSObject.Properties.Name | Should -Not -Contain Title
    }

    It 'are tables by default for all that the workspace has' {
        $all = @(Invoke-NotionRequest "data_sources/$dataSourceId/query" -Method POST -PageSize 3 |
            ForEach-Object results) + @(Invoke-NotionRequest users -All) +
                @(Invoke-NotionRequest "blocks/$pageId/children" -PageSize 20 | ForEach-Object results) +
        @(Invoke-NotionRequest "data_sources/$dataSourceId")
        foreach ($group in $all | Group-Object { $_.PSObject.TypeNames[0] }) {
            $shown = $group.Group | Out-String -Width 160
            $shown | Should -Not -Match '@\{|#ERR|^object '
            $shown | Should -Match '^\s*(Title|Type|Name) '
        }
    }
}
