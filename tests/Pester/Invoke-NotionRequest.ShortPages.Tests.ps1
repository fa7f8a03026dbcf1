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

Describe 'Invoke-NotionRequest -All where pages are short' {
    BeforeEach { Set-FakeBehavior @{ shortPages = $false } }
    AfterAll { Set-FakeBehavior @{ shortPages = $false } }

    It 'reads all of <Path>' -ForEach @{ Path = { 'users' } }, @{ Path = { "comments?block_id=$pageId" } },
            @{ Path = { "data_sources/$dataSourceId/templates" } }, @{ Path = { "blocks/$pageId/children" } },
            @{ Path = { "data_sources/$dataSourceId/query" } }, @{ Path = { 'search' } } {
        $name = & $Path
        Clear-FakeRequest
        $whole = @(Invoke-NotionRequest $name -All -PageSize 30)
        $requests = (Get-FakeRequest).Count
        Set-FakeBehavior @{ shortPages = $true }
        Clear-FakeRequest
        $short = @(Invoke-NotionRequest $name -All -PageSize 30)
        ($short.id -join ',') | Should -BeExactly ($whole.id -join ',')
        if ($whole.Count -gt 30) { (Get-FakeRequest).Count | Should -BeGreaterThan $requests }
    }
}
