BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $pageId = $fake.sample.pageId
    $databaseId = $fake.sample.databaseId
    $dataSourceId = $fake.sample.dataSourceId
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
}

AfterAll { Stop-FakeNotion $fake }

Describe "The endpoint's own method" {
    It 'is the default where there is just one: <Path>' -ForEach @(
        @{ Path = 'search' }
        @{ Path = '/v1/data_sources/{0}/query' }
    ) {
        Clear-FakeRequest
        $reply = Invoke-NotionRequest ($Path -f $dataSourceId)
        $reply.object | Should -Be 'list'
        (Get-FakeRequest).method | Should -Be 'POST'
    }

    It 'takes a body without -Method' {
        Clear-FakeRequest
        (Invoke-NotionRequest search -Body @{ page_size = 1 }).results.Count | Should -Be 1
        (Get-FakeRequest).method | Should -Be 'POST'
    }

    It 'is overruled by -Method' {
        Clear-FakeRequest
        Get-ErrorOf { Invoke-NotionRequest search GET } | Should -Not -BeNullOrEmpty
        (Get-FakeRequest).method | Should -Be 'GET'
    }

    It 'stays GET where there are several, and a body is an error' {
        $problem = Get-ErrorOf { Invoke-NotionRequest "pages/$pageId" -Body @{ in_trash = $true } }
        $problem.FullyQualifiedErrorId | Should -BeLike 'InvalidBody,*'
    }

    It 'is asked about where it writes' {
        Clear-FakeRequest
        Invoke-NotionRequest "pages/$pageId/move" -Body @{ parent = @{ workspace = $true } } -WhatIf
        Get-FakeRequest | Should -BeNullOrEmpty
    }
}

Describe 'Links as paths' {
    It 'takes a copied link for a page, and calls the connection''s own host' {
        Clear-FakeRequest
        $link = "https://www.notion.so/acme/Plans-2027-$($pageId -replace '-')?pvs=4"
        (Invoke-NotionRequest $link).id | Should -Be $pageId
        (Get-FakeRequest).path | Should -Be "/v1/pages/$pageId"
    }

    It 'takes a link with a view for a database' {
        $link = "https://app.notion.com/acme/$($databaseId -replace '-')?v=$([guid]::NewGuid().ToString('N'))"
        (Invoke-NotionRequest $link).object |
            Should -Be 'database'
    }

    It 'takes a link where an id fits, and piped' {
        $link = "https://www.notion.so/acme/Plans-2027-$($pageId -replace '-')?pvs=4"
        (Invoke-NotionRequest "blocks/$link/children" -PageSize 1).object | Should -Be 'list'
        ($link, "pages/$link" | Invoke-NotionRequest).id | Should -Be $pageId, $pageId
    }

    It 'takes ids with and without hyphens' {
        (Invoke-NotionRequest "pages/$($pageId -replace '-')").id | Should -Be $pageId
    }

    It 'asks about the path, not the link' {
        Clear-FakeRequest
        $link = "https://www.notion.so/acme/Plans-2027-$($pageId -replace '-')?pvs=4"
        $problem = Get-ErrorOf { Invoke-NotionRequest $link -Method PATCH -Body @{ nonsense = 1 } }
        $problem.TargetObject | Should -Be "pages/$pageId"
    }
}

Describe 'Objects as paths' {
    It 'takes a <Kind> that Notion returned, given and piped' -ForEach @(
        @{ Kind = 'page'; Path = { "pages/$pageId" } }
        @{ Kind = 'data_source'; Path = { "data_sources/$dataSourceId" } }
        @{ Kind = 'database'; Path = { "databases/$databaseId" } }
        @{ Kind = 'user'; Path = { 'users/me' } }
    ) {
        $object = Invoke-NotionRequest (& $Path)
        $object.object | Should -Be $Kind
        (Invoke-NotionRequest $object).id | Should -Be $object.id
        ($object | Invoke-NotionRequest).id | Should -Be $object.id
        ((Invoke-NotionRequest (& $Path) -AsHashtable) | Invoke-NotionRequest).id | Should -Be $object.id
        ($object | ConvertTo-Json -Depth 20 | ConvertFrom-Json | Invoke-NotionRequest).id | Should -Be $object.id
    }

    It 'takes blocks and comments from a list' {
        $blocks = Invoke-NotionRequest "blocks/$pageId/children" -All | Select-Object -First 3
        ($blocks | Invoke-NotionRequest -ThrottleLimit 3).id | Should -Be $blocks.id
        $comment = (Invoke-NotionRequest comments -Query @{ block_id = $pageId } -PageSize 1).results[0]
        ($comment | Invoke-NotionRequest).object | Should -Be 'comment'
    }

    It 'writes to what is piped' {
        $page = Invoke-NotionRequest "pages/$pageId"
        ($page | Invoke-NotionRequest -Method PATCH -Body @{ icon = $null }).id | Should -Be $pageId
    }

    It 'takes a file upload' {
        $upload = Invoke-NotionRequest file_uploads POST -Body @{ filename = 'a.txt' }
        ($upload | Invoke-NotionRequest).id | Should -Be $upload.id
    }

    It 'has no path for a list' {
        (Get-ErrorOf { Invoke-NotionRequest (Invoke-NotionRequest users) }).FullyQualifiedErrorId |
            Should -BeLike 'InvalidPath,*'
    }
}

Describe "A database's rows" {
    It 'come from its one data source' {
        $rows = Invoke-NotionRequest "data_sources/$dataSourceId/query" -All
        (Invoke-NotionRequest "databases/$databaseId/query" -All).id | Should -Be $rows.id
    }

    It 'come from the database itself under an old version' {
        Clear-FakeRequest
        $null = Invoke-NotionRequest "databases/$databaseId/query" -NotionVersion 2022-06-28
        (Get-FakeRequest).path | Should -Be "/v1/databases/$databaseId/query"
    }

    It 'shows the data sources of a database in its views' {
        $database = Invoke-NotionRequest "databases/$databaseId"
        $database | Format-Table -AutoSize | Out-String -Width 400 |
            Should -Match "DataSources.*\n.*\n.*\($dataSourceId\)"
        $database | Format-List | Out-String -Width 400 | Should -Match "DataSources\s+: .+ \($dataSourceId\)"
    }

    It 'are an error that names the data sources where there are several' {
        $second = Invoke-NotionRequest data_sources -Method POST -Body @{
            parent = @{ type = 'database_id'; database_id = $databaseId }
            title = @(@{ text = @{ content = 'Second' } }); properties = @{ Name = @{ title = @{} } }
        }
        $database = $databaseId
        $problem = Get-ErrorOf { Invoke-NotionRequest "data_sources/$database/query" }
        $problem.FullyQualifiedErrorId | Should -BeLike 'ObjectNotFound,*'
        "$problem" | Should -Match ([regex]::Escape("'Second' ($($second.id))"))
    }
}

Describe "Rows beyond Notion's cap" {
    BeforeAll { Set-FakeBehavior @{ queryRowCap = 100 } }

    AfterAll { Set-FakeBehavior @{ queryRowCap = 10000 } }

    It 'come by the time of creation, each once, and -Verbose says so' {
        $output = Invoke-NotionRequest "data_sources/$dataSourceId/query" -All -Verbose -WarningVariable warned 4>&1
        $notes = $output | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        $notes.Message -like 'Notion stopped at 10,000 rows*' | Should -Not -BeNullOrEmpty
        $ids = $output | Where-Object { $_.object -eq 'page' } | Select-Object -ExpandProperty id
        $ids.Count | Should -Be 260
        @($ids | Sort-Object -Unique).Count | Should -Be 260
        $warned | Should -BeNullOrEmpty
    }

    It 'are warned of where sorts forbid it' {
        $sorts = @{ sorts = @(@{ property = 'Name'; direction = 'ascending' }) }
        $all = @{ Body = $sorts; All = $true; WarningAction = 'SilentlyContinue' }
        $rows = Invoke-NotionRequest "data_sources/$dataSourceId/query" @all -WarningVariable warned
        $rows.Count | Should -Be 100
        "$warned" | Should -Match '10,000'
    }
}

Describe 'Completion of methods and of paths' {
    BeforeAll {
        function Get-Completion {
            <#
            .SYNOPSIS
            What Tab offers at the end of a text.
            #>
            param([string] $Text)
            @((TabExpansion2 -inputScript $Text -cursorColumn $Text.Length).CompletionMatches.CompletionText)
        }
    }

    It 'offers the methods that the path takes: <Line>' -ForEach @(
        @{ Line = 'Invoke-NotionRequest search '; Expected = 'POST' }
        @{ Line = 'Invoke-NotionRequest blocks/x -Method '; Expected = 'GET PATCH DELETE' }
        @{ Line = 'Invoke-NotionRequest "blocks/$id/children" '; Expected = 'GET PATCH' }
        @{ Line = 'Invoke-NotionRequest -Path "data_sources/$($source.id)/query" -Method '; Expected = 'POST' }
        @{ Line = 'Invoke-NotionRequest $path -Method '; Expected = 'GET POST PATCH PUT DELETE' }
    ) {
        (Get-Completion $Line) -join ' ' | Should -Be $Expected
    }

    It 'completes behind a variable, set or not, and keeps its name: <Line>' -ForEach @(
        @{ Line = 'Invoke-NotionRequest "blocks/$unknownId/'; Expected = '"blocks/$unknownId/children"' }
        @{ Line = 'Invoke-NotionRequest -Path "blocks/$HOME/ch'; Expected = '"blocks/$HOME/children"' }
        @{ Line = 'Invoke-NotionRequest data_sources/$unknownId/q'; Expected = '"data_sources/$unknownId/query"' }
        @{ Line = 'Invoke-NotionRequest "blocks/0a1c/'; Expected = 'blocks/0a1c/children' }
    ) {
        Get-Completion $Line | Should -Be $Expected
    }
}
