BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $jobs = Join-Path $PSScriptRoot '../../samples/jobs'
    $token = ConvertTo-Secret $fake.internalToken
    $null = Connect-NotionWorkspace -Token $token -BaseUri $fake.baseUri -SessionOnly
    $folder = New-TestFolder
    $pageId = $fake.sample.pageId
    $taskSource = $fake.sample.dataSourceId

    function New-Text {
        <#
        .SYNOPSIS
        A text file in a folder of its own.
        #>
        param([string] $Name, [string] $Text)

        $path = Join-Path (New-TestFolder) $Name
        Set-Content -LiteralPath $path -Value $Text -Encoding utf8
        $path
    }

    function New-Source {
        <#
        .SYNOPSIS
        A database with one data source; gives the data source's id.
        #>
        param([hashtable] $Properties)

        (Invoke-NotionRequest databases -Method POST -Body @{
            parent = @{ page_id = $pageId }
            initial_data_source = @{ properties = @{ Name = @{ title = @{} } } + $Properties }
        }).data_sources[0].id
    }

    function New-Page {
        <#
        .SYNOPSIS
        An empty page; gives its id.
        #>
        (Invoke-NotionRequest pages -Method POST -Body @{ parent = @{ page_id = $pageId }; properties = @{} }).id
    }

    function Get-Row {
        <#
        .SYNOPSIS
        The rows of a data source, sorted by name.
        #>
        param([string] $DataSource)

        Invoke-NotionRequest "data_sources/$DataSource/query" -All -AsRow | Sort-Object Name
    }

    function Get-Block {
        <#
        .SYNOPSIS
        What the blocks of a page say.
        #>
        param([string] $Id)

        (Invoke-NotionRequest "blocks/$Id/children" -All).Text
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'samples/jobs' {
    BeforeEach { Clear-FakeRequest }

    It 'are all tried here, are short, and end at the first error' {
        $tests = Get-Content -LiteralPath $PSCommandPath -Raw
        $scripts = Get-ChildItem -LiteralPath $jobs -Filter *.ps1
        $scripts.Count | Should -Be 12
        $readme = Get-Content -LiteralPath (Join-Path $jobs 'README.md') -Raw
        foreach ($script in $scripts) {
            $tests.Contains("`$jobs/$($script.Name)") | Should -BeTrue -Because "$($script.Name) must be run"
            $readme.Contains("($($script.Name))") | Should -BeTrue -Because "$($script.Name) must be in the README"
            $text = Get-Content -LiteralPath $script.FullName -Raw
            $text | Should -Match '\$ErrorActionPreference = ''Stop'''
            $code = ($text -replace '(?s)<#.*?#>' -replace '(?s)^.*?param\(.*?\n\)?\n' -split '\n' -match '\S').Count
            $code | Should -BeLessOrEqual 20 -Because "$($script.Name) must be short"
        }
    }

    It 'Update-Inventory creates, changes and leaves' {
        $source = New-Source @{ SKU = @{ rich_text = @{} }; Stock = @{ number = @{} } }
        $csv = New-Text stock.csv "SKU,Name,Stock`nA1,Bolt,5`nA2,Nut,7"
        (& "$jobs/Update-Inventory.ps1" -Path $csv -DataSource $source).Name | Should -Be 'Bolt', 'Nut'
        $csv = New-Text stock.csv "SKU,Name,Stock`nA1,Bolt,5`nA2,Nut,8`nA3,Washer,1"
        Clear-FakeRequest
        $null = & "$jobs/Update-Inventory.ps1" -Path $csv -DataSource $source
        (Get-Row $source).Stock | Should -Be 5, 8, 1
        (Get-FakeRequest '/v1/pages' POST).Count | Should -Be 1
        (Get-FakeRequest '/v1/pages' PATCH).Count | Should -Be 1
        Clear-FakeRequest
        $null = & "$jobs/Update-Inventory.ps1" -Path $csv -DataSource $source -WhatIf
        (Get-FakeRequest '/v1/pages').Count | Should -Be 0
    }

    It 'Sync-MarkdownFolder makes a page for each file, and changes it the next time' {
        $parent = New-Page
        $file = New-Text Guide.md "# Hello`nFirst"
        & "$jobs/Sync-MarkdownFolder.ps1" -Folder (Split-Path $file) -ParentId $parent
        Set-Content -LiteralPath $file -Value "# Hello`nSecond"
        & "$jobs/Sync-MarkdownFolder.ps1" -Folder (Split-Path $file) -ParentId $parent
        $pages = @(Invoke-NotionRequest "blocks/$parent/children" -All)
        $pages.child_page.title | Should -Be 'Guide'
        Get-Block $pages[0].id | Should -Be 'Hello', 'Second'
    }

    It 'Add-DailyLog writes two lines into one page of today' {
        $parent = New-Page
        & "$jobs/Add-DailyLog.ps1" -ParentId $parent -Message 'Began'
        & "$jobs/Add-DailyLog.ps1" -ParentId $parent -Message 'Ended'
        $pages = @(Invoke-NotionRequest "blocks/$parent/children" -All)
        $pages.Count | Should -Be 1
        $lines = Get-Block $pages[0].id
        $lines.Count | Should -Be 2
        $lines[1] | Should -Match '^\d\d:\d\d Ended$'
    }

    It 'Copy-Database writes a CSV file, and takes its changes back' {
        $source = New-Source @{ Points = @{ number = @{} }; Tags = @{ multi_select = @{} }; Due = @{ date = @{} } }
        $null = Invoke-NotionRequest -DataSource $source -Row @{ Name = 'One'; Points = 1.5; Tags = 'a', 'b' },
        @{ Name = 'Two'; Due = '2026-11-26' }
        $path = Join-Path $folder 'rows.csv'
        & "$jobs/Copy-Database.ps1" -DataSource $source -Path $path
        Clear-FakeRequest
        & "$jobs/Copy-Database.ps1" -DataSource $source -Path $path -Back
        (Get-FakeRequest '/v1/pages').Count | Should -Be 0
        (Get-Content -LiteralPath $path -Raw).Replace('1.5', '2.5') | Set-Content -LiteralPath $path
        & "$jobs/Copy-Database.ps1" -DataSource $source -Path $path -Back
        (Get-Row $source)[0].Points | Should -Be 2.5
        (Get-Row $source)[0].Tags | Should -Be 'a', 'b'
    }

    It 'Backup-Workspace writes pages and data sources' {
        $there = Join-Path (New-TestFolder) 'backup'
        & "$jobs/Backup-Workspace.ps1" -Folder $there
        $found = Invoke-NotionRequest search -All
        (Get-ChildItem -LiteralPath $there -Filter *.md).Count |
            Should -Be @($found | Where-Object object -EQ page).Count
        $rows = Get-Content -LiteralPath "$there/$taskSource.json" -Raw | ConvertFrom-Json
        $rows.id | Should -Be (Invoke-NotionRequest "data_sources/$taskSource/query" -All).id
    }

    It 'Add-Attachment puts files at the end of a page' {
        $page = New-Page
        $first = New-Text one.txt 'one'
        $second = New-Text two.txt 'two'
        & "$jobs/Add-Attachment.ps1" -PageId $page -Path $first, $second
        $blocks = Invoke-NotionRequest "blocks/$page/children" -All
        $blocks.type | Should -Be 'file', 'file'
    }

    It 'Join-Row links rows by their titles' {
        $teams = New-Source @{ City = @{ rich_text = @{} } }
        $null = Invoke-NotionRequest -DataSource $teams -Row @{ Name = 'Red' }, @{ Name = 'Blue' }
        $people = New-Source @{ Team = @{ relation = @{ data_source_id = $teams; single_property = @{} } } }
        $null = Invoke-NotionRequest -DataSource $people -Row @{ Name = 'Ada' }
        $csv = New-Text teams.csv "Name,Team`nAda,Blue"
        $null = & "$jobs/Join-Row.ps1" -Path $csv -DataSource $people
        (Get-Row $people)[0].Team | Should -Be (Get-Row $teams | Where-Object Name -EQ Blue).Id
    }

    It 'Reset-Dashboard builds a page anew' {
        $page = New-Page
        'a', 'b' | & "$jobs/Reset-Dashboard.ps1" -PageId $page -Heading 'Old'
        'c' | & "$jobs/Reset-Dashboard.ps1" -PageId $page -Heading 'New'
        Get-Block $page | Should -Be 'New', 'c'
    }

    It 'Sync-Ticket brings tickets over and closes the others' {
        $source = New-Source @{ Ticket = @{ number = @{} }; State = @{ select = @{} } }
        $json = New-Text t.json '[{"id":1,"title":"A","state":"Open"},{"id":2,"title":"B","state":"Open"}]'
        $null = & "$jobs/Sync-Ticket.ps1" -Path $json -DataSource $source
        $json = New-Text t.json '[{"id":2,"title":"B","state":"Doing"}]'
        $null = & "$jobs/Sync-Ticket.ps1" -Path $json -DataSource $source
        (Get-Row $source).State | Should -Be 'Closed', 'Doing'
    }

    It 'Publish-Timetable writes clock times beside their time zone' {
        $source = New-Source @{ When = @{ date = @{} } }
        $csv = New-Text t.csv "Lesson,Begin,End`nMaths,08:00,09:30"
        $page = & "$jobs/Publish-Timetable.ps1" -Path $csv -DataSource $source
        $day = (Get-Date).Date.AddDays(1).ToString('yyyy-MM-dd')
        $sent = (Get-FakeRequest '/v1/pages' POST)[0].body | ConvertFrom-Json -DateKind String
        $sent.properties.When.date.start | Should -BeLike "${day}T08:00*"
        $sent.properties.When.date.start | Should -Not -Match '[Z+]'
        $sent.properties.When.date.time_zone | Should -BeExactly 'Europe/Berlin'
        $page.id | Should -Not -BeNullOrEmpty
    }

    It 'Add-Metric adds the columns that are missing' {
        $source = New-Source @{ Users = @{ number = @{} } }
        (& "$jobs/Add-Metric.ps1" -DataSource $source -Metric @{ Users = 3; Errors = 0.5 }).Errors | Should -Be 0.5
        $row = & "$jobs/Add-Metric.ps1" -DataSource $source -Metric @{ Users = 4; Errors = 0 }
        $row.Users, $row.Errors | Should -Be 4, 0
        (Get-FakeRequest "/v1/data_sources/$source" PATCH).Count | Should -Be 1
    }

    It 'Test-Deadline leaves an alert, and says so with its exit code' {
        $parent = New-Page
        $url = & "$jobs/Test-Deadline.ps1" -DataSource $taskSource -AlertParentId $parent
        $LASTEXITCODE | Should -Be 1
        $url | Should -Match '^https://'
        $pages = @(Invoke-NotionRequest "blocks/$parent/children" -All)
        $pages.Count | Should -Be 1
        Get-Block $pages[0].id | Select-Object -First 1 | Should -Match '^\d{4}-\d\d-\d\d Task'
        $source = New-Source @{ Due = @{ date = @{} }; Status = @{ select = @{} } }
        & "$jobs/Test-Deadline.ps1" -DataSource $source -AlertParentId $parent | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }
}
