BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $pageId = $fake.sample.pageId
    $dataSourceId = $fake.sample.dataSourceId
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
}

AfterAll { Stop-FakeNotion $fake }

Describe '-AsRow' {
    BeforeAll { $rows = Invoke-NotionRequest "data_sources/$dataSourceId/query" -All -AsRow }

    It 'gives a row for each page of a query, Id and Url first, then the columns of the data source in its order' {
        $pages = Invoke-NotionRequest "data_sources/$dataSourceId/query" -All
        $rows.Count | Should -Be $pages.Count
        $rows.Id | Should -Be $pages.id
        $rows[0].PSObject.TypeNames[0] | Should -Be 'Notion.Row'
        $columns = (Invoke-NotionRequest "data_sources/$dataSourceId").properties.PSObject.Properties.Name
        $rows[0].PSObject.Properties.Name | Should -Be (@('Id', 'Url') + $columns)
    }

    It 'has plain values' {
        $rows[0].Name | Should -BeExactly 'Task 1'
        $rows[0].Status | Should -BeExactly 'Not started'
        $rows[0].Urgent | Should -BeTrue
        $rows[0].Urgent | Should -BeOfType [bool]
        $rows[1].Points | Should -Be 1
        $rows[1].Points.GetType().IsPrimitive | Should -BeTrue
        $rows[0].Tags | Should -Be 'backend', 'docs'
        $rows[0].Tags -contains 'docs' | Should -BeTrue
        $rows[0].Due | Should -Be '2026-03-01'
        $rows[0].Link | Should -BeLike 'https://example.com/*'
    }

    It 'is fit for Group-Object, Where-Object and Sort-Object' {
        ($rows | Group-Object Status).Name | Sort-Object | Should -Be 'Done', 'In progress', 'Not started'
        ($rows | Where-Object Urgent | Select-Object -First 1).Name | Should -Be 'Task 1'
        ($rows | Sort-Object Points -Descending | Select-Object -First 1).Points | Should -Be 20
    }

    It 'is fit for Export-Csv, with lists joined, and for ConvertTo-Json, with lists as arrays' {
        $csv = $rows | Select-Object -First 2 | ConvertTo-Csv | ConvertFrom-Csv
        $csv[0].Tags | Should -BeExactly 'backend, docs'
        $csv[0].Name | Should -BeExactly 'Task 1'
        ($rows[0] | ConvertTo-Json | ConvertFrom-Json).Tags | Should -Be 'backend', 'docs'
    }

    It 'is its page when piped or passed as a path' {
        ($rows[0] | Invoke-NotionRequest).id | Should -Be $rows[0].Id
        (Invoke-NotionRequest $rows[1]).id | Should -Be $rows[1].Id
        $file = Join-Path (New-TestFolder) 'rows.xml'
        $rows[0] | Export-Clixml $file
        (Import-Clixml $file | Invoke-NotionRequest).id | Should -Be $rows[0].Id
        ($rows[0] | Invoke-NotionRequest -Method PATCH -Body @{ icon = $null }).id | Should -Be $rows[0].Id
    }

    It 'gives a row of a page, and of the pages of a search' {
        (Invoke-NotionRequest "pages/$pageId" -AsRow).Id | Should -Be $pageId
        $found = Invoke-NotionRequest search -All -AsRow
        $kinds = $found | ForEach-Object { $_.PSObject.TypeNames[0] } | Sort-Object -Unique
        $kinds | Should -Contain 'Notion.Row'
        $kinds | Should -Contain 'Notion.DataSource'
        $kinds | Should -Not -Contain 'Notion.Page'
    }

    It 'warns where there are more rows than those of one page' {
        $few = @{ PageSize = 2; AsRow = $true; WarningAction = 'SilentlyContinue' }
        $some = Invoke-NotionRequest "data_sources/$dataSourceId/query" @few -WarningVariable warned
        $some.Count | Should -Be 2
        "$warned" | Should -BeLike '*-All*'
        $null = $rows[0] | Invoke-NotionRequest -AsRow -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -BeNullOrEmpty
    }

    It 'is not for -<Other>' -ForEach @(@{ Other = 'Raw' }, @{ Other = 'AsHashtable' }) {
        $with = @{ $Other = $true }
        (Get-ErrorOf { Invoke-NotionRequest users -AsRow @with }).FullyQualifiedErrorId |
            Should -BeLike 'ConflictingParameters,*'
    }
}
