BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $pageId = $fake.Ready.sample.pageId
    $databaseId = $fake.Ready.sample.databaseId
    $dataSourceId = $fake.Ready.sample.dataSourceId
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
}

AfterAll { Stop-FakeNotion }

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
