BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $dataSourceId = $fake.sample.dataSourceId
    $databaseId = $fake.sample.databaseId
    $query = "data_sources/$dataSourceId/query"
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded

    function Get-Write {
        @(Get-FakeRequest |
                Where-Object { $_.method -eq 'PATCH' -or ($_.method -eq 'POST' -and $_.path -eq '/v1/pages') })
    }

    function Get-Task([string] $Name) {
        $filter = @{ filter = @{ property = 'Name'; title = @{ equals = $Name } } }
        Invoke-NotionRequest $query -Body $filter -AsRow
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe '-DataSource' {
    BeforeEach { Clear-FakeRequest }
    AfterEach { Clear-FakeFault }

    It 'creates and changes rows of a CSV by their key, and returns the pages' {
        $csv = Join-Path (New-TestFolder) 'tasks.csv'
        Set-Content $csv 'Name,Status,Tags,Due,Points,Urgent,Assignee', 'Task 1,Done,"ops, new",2026-11-26,7,no,',
            'Newcomer,In progress,docs,,,yes,grace.hopper@example.com'
        $pages = Import-Csv $csv | Invoke-NotionRequest -DataSource $dataSourceId -Key Name
        $pages.object | Should -Be 'page', 'page'
        (Get-Write).method | Should -Be 'PATCH', 'POST'
        $row = Get-Task 'Task 1'
        $row.Id | Should -Be $pages[0].id
        $row.Status, $row.Due, $row.Points, $row.Urgent | Should -Be 'Done', '2026-11-26', 7, $false
        $row.Tags | Should -Be 'ops', 'new'
        $row.Assignee | Should -BeNullOrEmpty
        $row = Get-Task 'Newcomer'
        $row.Assignee, $row.Due, $row.Urgent | Should -Be 'Grace Hopper', $null, $true
    }

    It 'takes a <What> as a row, and gives it back with -AsRow' -ForEach @(
        @{ What = 'hashtable'; Make = { @{ Name = 'Shapes'; Points = 1.5; Tags = 'docs', 'ops'; Urgent = $true } } }
        @{
            What = 'object'
            Make = { [pscustomobject]@{ name = 'Shapes'; POINTS = '1.5'; Tags = 'docs,ops'; Urgent = 'yes' } }
        }
        @{
            What = 'data row'
            Make = {
                $table = [Data.DataTable]::new()
                foreach ($column in 'Name', 'Points', 'Tags', 'Urgent', 'Link') { $null = $table.Columns.Add($column) }
                $null = $table.Rows.Add('Shapes', '1.5', 'docs, ops', '1', [DBNull]::Value)
                $table.Rows[0]
            }
        }
    ) {
        $row = & $Make | Invoke-NotionRequest -DataSource $dataSourceId -Key Name -AsRow
        $row.PSObject.TypeNames[0] | Should -Be 'Notion.Row'
        $row.Name, $row.Points, $row.Urgent | Should -Be 'Shapes', 1.5, $true
        $row.Tags | Should -Be 'docs', 'ops'
        Get-FakeRequest | ForEach-Object path | Should -Not -Contain "/v1/databases/$databaseId"
    }

    It 'takes the rows of -Row, and the data source as an id, a link, an object or its database' {
        $link = "https://www.notion.so/acme/Tasks-$($databaseId.Replace('-', ''))?v=$($databaseId.Replace('-', ''))"
        $object = Invoke-NotionRequest "data_sources/$dataSourceId"
        $database = Invoke-NotionRequest "databases/$databaseId"
        foreach ($source in $dataSourceId, $databaseId, $link, $object, $database) {
            $pages = Invoke-NotionRequest -DataSource $source -Row @{ Name = 'R1' }, @{ Name = 'R2' } -Key Name
            $pages.Count | Should -Be 2
        }

        (Get-Write).Count | Should -Be 2
    }

    It 'takes a token in place of a connection' {
        (Invoke-NotionRequest -DataSource $dataSourceId -Row @{ Name = 'Task 2' } -Key Name @arguments).object |
            Should -Be 'page'
    }

    It 'sends no write for rows that went out with -AsRow, as objects and as CSV, and looks them up together' {
        $rows = @(Invoke-NotionRequest $query -All -AsRow | Where-Object Name -Like 'Task *')
        foreach ($back in $rows, ($rows | ConvertTo-Csv | ConvertFrom-Csv)) {
            Clear-FakeRequest
            ($back | Invoke-NotionRequest -DataSource $dataSourceId -Key Name).id | Should -Be $rows.Id
            (Get-FakeRequest).Count | Should -Be ([math]::Ceiling($rows.Count / 100))
            Get-Write | Should -HaveCount 0
        }
    }

    It 'leaves a column at $null, and clears it at an empty text or list' {
        $null = Invoke-NotionRequest -DataSource $dataSourceId -Row @{
            Name = 'Cleared'; Points = 3; Tags = 'docs'; Link = 'https://example.com'
        }
        $row = @{ Name = 'Cleared'; Points = $null; Tags = @(); Link = '' } |
            Invoke-NotionRequest -DataSource $dataSourceId -Key Name -AsRow
        $row.Points | Should -Be 3
        $row.Tags | Should -BeNullOrEmpty
        $row.Link | Should -BeNullOrEmpty
    }

    It 'sends dates by the rules of -Body' {
        $local = [datetime]::new(2026, 7, 26, 14, 0, 0)
        $utc = [datetime]::new(2026, 7, 26, 14, 0, 0, [DateTimeKind]::Utc)
        $dates = [datetime]::new(2026, 7, 26, 0, 0, 0, [DateTimeKind]::Utc), $local, $utc,
            @{ start = $local; end = $utc; time_zone = 'Asia/Tokyo' }, [datetimeoffset]::new($utc)
        $null = $dates | ForEach-Object { @{ Name = 'Dated'; Due = $_ } } |
            Invoke-NotionRequest -DataSource $dataSourceId
        $sent = Get-Write | ForEach-Object { ($_.body | ConvertFrom-Json).properties.Due.date }
        ((Get-Write)[0].body) | Should -BeLike '*"start":"2026-07-26"*'
        ((Get-Write)[3].body) | Should -BeLike (
            '*"start":"2026-07-26T14:00:00.0000000","end":"2026-07-26T23:00:00.0000000","time_zone":"Asia/Tokyo"*')
        $sent.Count | Should -Be 5
        ([datetimeoffset]($sent[1].start)).UtcTicks | Should -Be ([datetimeoffset]$local).UtcTicks
        ([datetimeoffset]($sent[2].start)).UtcTicks, ([datetimeoffset]($sent[4].start)).UtcTicks |
            Should -Be $utc.Ticks, $utc.Ticks
    }

    It 'takes what Notion returned for people' {
        $ada = Invoke-NotionRequest users -All | Where-Object name -EQ 'Ada Lovelace'
        $row = Invoke-NotionRequest -DataSource $dataSourceId -Row @{ Name = 'People'; Assignee = $ada } -AsRow
        $row.Assignee | Should -Be 'Ada Lovelace'
    }

    It 'writes an error for a row that fails, with the row as its target, in its place, and goes on with the others' {
        $rows = @{ Name = 'E1'; Ponits = 1 }, @{ Name = 'E2' }, @{ Name = 'E3'; Due = [timespan]'1:00' },
            @{ Name = 'E4'; Points = '1,5' }, @{ Name = 'E2' }, 'text', @{ Name = 'E5' }
        $all = $rows | Invoke-NotionRequest -DataSource $dataSourceId -Key Name 2>&1
        $all | ForEach-Object {
            if ($_ -is [Management.Automation.ErrorRecord]) { ($_.FullyQualifiedErrorId -split ',')[0] } else { 'page' }
        } | Should -Be 'PropertyNotFound', 'page', 'PropertyValueInvalid', 'PropertyValueInvalid', 'KeyNotUnique',
            'InvalidBody', 'page'
        [object]::ReferenceEquals($all[0].TargetObject, $rows[0]) | Should -BeTrue
        Assert-NotionError -Record $all[0] -Id PropertyNotFound -Category ObjectNotFound -Says "'Name', 'Status'" `
            -Advises "Did you mean 'Points'"
        "$($all[3])" | Should -BeLike "Row 4 (Name 'E4'): The column 'Points' (number) can't have the value '1,5'*"
    }

    It 'refuses <What>' -ForEach @(
        @{
            What = 'a list that contains itself'; Id = 'PropertyValueInvalid'
            Make = { $l = [Collections.ArrayList]::new(); $null = $l.Add($l); , $l }
        }
        @{
            What = 'a list without end'; Id = 'PropertyValueInvalid'
            Make = { , [Linq.Enumerable]::Repeat('x', [int]::MaxValue) }
        }
        @{
            What = 'a list that breaks off'; Id = 'BodyUnreadable'
            Make = { , [Linq.Enumerable]::Select([int[]](1, 2), [Func[int, object]] { throw 'broken list' }) }
        }
        @{ What = 'a secret'; Make = { [securestring]::new() }; Id = 'BodySecret' }
        @{ What = 'a file'; Make = { Get-Item $PSCommandPath }; Id = 'PropertyValueInvalid' }
    ) {
        $value = & $Make
        $record = Get-ErrorOf { Invoke-NotionRequest -DataSource $dataSourceId -Row @{ Name = 'x'; Tags = $value } }
        Assert-NotionError -Record $record -Id $Id -Category InvalidArgument -Says 'Row 1'
        Get-Write | Should -HaveCount 0
    }

    It 'ends the command where the data source or the key is wrong: <Id>' -ForEach @(
        @{ Id = 'PropertyNotFound'; Source = 'right'; Key = 'Nmae' }
        @{ Id = 'PropertyValueInvalid'; Source = 'right'; Key = 'Tags' }
        @{ Id = 'ObjectNotFound'; Source = '00000000-0000-4000-8000-000000000000'; Key = 'Name' }
        @{ Id = 'InvalidPath'; Source = 'Inventory'; Key = 'Name' }
        @{ Id = 'MissingValue'; Source = 'right'; Key = '' }
    ) {
        $source = if ($Source -eq 'right') { $dataSourceId } else { $Source }
        $record = Get-ErrorOf {
            1..300 | ForEach-Object { @{ Name = "$_" } } | Invoke-NotionRequest -DataSource $source -Key $Key
        }
        ($record.FullyQualifiedErrorId -split ',')[0] | Should -Be $Id
        Get-Write | Should -HaveCount 0
    }

    It 'ends the command with the error of its one row, and with several goes on' {
        { Invoke-NotionRequest -DataSource $dataSourceId -Row @{ Nope = 1 } } | Should -Throw '*no column*'
        $pages = Invoke-NotionRequest -DataSource $dataSourceId -Row @{ Nope = 1 }, @{ Name = 'S1' } 2>&1
        $pages[1].object | Should -Be 'page'
    }

    It 'says with -WhatIf what would be done: create, change or leave, and does nothing' {
        $transcript = Join-Path (New-TestFolder) 'said.txt'
        $null = Start-Transcript $transcript
        try {
            @{ Name = 'Nobody'; Points = 1 }, @{ Name = 'Task 5'; Points = 99; Urgent = 'yes'; Link = $null },
                @{ Name = 'Task 6' } | Invoke-NotionRequest -DataSource $dataSourceId -Key Name -WhatIf |
                Should -BeNullOrEmpty
        }
        finally {
            $null = Stop-Transcript
        }

        $said = Get-Content $transcript -Raw
        $said | Should -BeLike "*`"Create with *Name*`" on target `"Row 1 (Name 'Nobody')`"*"
        $said | Should -BeLike "*`"Change Points, Urgent`" on target `"Row 2 (Name 'Task 5')`"*"
        $said | Should -BeLike "*`"Leave as it is`" on target `"Row 3 (Name 'Task 6')`"*"
        Get-Write | Should -HaveCount 0
    }

    It 'names with -Verbose the columns that Notion computes, once' {
        $parent = @{ type = 'page_id'; page_id = $fake.sample.pageId }
        $columns = @{ Name = @{ title = @{} }; No = @{ unique_id = @{} }; Made = @{ created_time = @{} } }
        $database = Invoke-NotionRequest databases POST -Body @{
            parent = $parent; initial_data_source = @{ properties = $columns }
        }
        $said = 1..3 | ForEach-Object { @{ Name = "$_"; No = $_; Made = 'now' } } |
            Invoke-NotionRequest -DataSource $database -Verbose 4>&1 |
            Where-Object { "$_" -like 'Columns that Notion computes*' }
        "$said" | Should -Be 'Columns that Notion computes were left out: Made, No.'
    }

    It 'writes several at once with -ThrottleLimit, and keeps their order' {
        Add-FakeFault @{ path = '/v1/pages'; kind = 'delay'; delayMs = 200; times = 8 }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $rows = 1..8 | ForEach-Object { @{ Name = "T$_" } } |
            Invoke-NotionRequest -DataSource $dataSourceId -Key Name -ThrottleLimit 8 -AsRow
        $watch.ElapsedMilliseconds | Should -BeLessThan 1600
        $rows.Name | Should -Be (1..8 | ForEach-Object { "T$_" })
    }

    It 'repeats what Notion refuses for its limit' {
        Add-FakeFault @{
            path = '/v1/pages'; status = 429; code = 'rate_limited'; headers = @{ 'Retry-After' = '0' }; times = 1
        }
        (Invoke-NotionRequest -DataSource $dataSourceId -Row @{ Name = 'Again' }).object | Should -Be 'page'
        (Get-Write).status | Should -Be 429, 200
    }

    It 'takes no more rows than it needs: a hundred wait for one look-up, and what ends the pipeline ends the rest' {
        $script:made = 0
        $first = 1..1000 | ForEach-Object { $script:made++; @{ Name = "L$_" } } |
            Invoke-NotionRequest -DataSource $dataSourceId -Key Name | Select-Object -First 1
        $first.object | Should -Be 'page'
        $script:made | Should -Be 100
        (Get-Write).Count | Should -BeLessThan 5
    }

    It 'writes each row as it comes where there is no key' {
        $script:made = 0
        $null = 1..1000 | ForEach-Object { $script:made++; @{ Name = "W$_" } } |
            Invoke-NotionRequest -DataSource $dataSourceId | Select-Object -First 3
        $script:made | Should -Be 3
    }

    It 'ends at once when the pipeline is stopped' {
        Add-FakeFault @{ path = '/v1/pages'; kind = 'delay'; delayMs = 60000; times = 1 }
        $shell = New-RunspaceShell @{ arguments = $arguments; source = $dataSourceId }
        $run = $shell.AddScript({
                @{ Name = 'Stopped' } | Invoke-NotionRequest -DataSource $source -Key Name @arguments
            }.ToString()).BeginInvoke()
        try {
            Wait-Until { Get-Write } -What 'the row is on its way'
            $run.IsCompleted | Should -BeFalse
            $stop = $shell.BeginStop($null, $null)
            $stop.AsyncWaitHandle.WaitOne(10000) | Should -BeTrue
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally {
            if ($stop.IsCompleted) { $shell.Runspace.Dispose() }
        }
    }

    It 'is not mixed up with what a request takes' {
        $record = Get-ErrorOf { Invoke-NotionRequest users/me -DataSource $dataSourceId -Row @{ Name = 1 } }
        $record.FullyQualifiedErrorId | Should -BeLike 'PositionalParameterNotFound,*'
        $record = Get-ErrorOf { Invoke-NotionRequest -DataSource $dataSourceId -Row @{ Name = 1 } -Body @{} }
        $record.FullyQualifiedErrorId | Should -BeLike 'AmbiguousParameterSet,*'
    }
}
