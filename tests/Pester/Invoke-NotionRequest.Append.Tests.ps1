BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
    $parent = $fake.sample.pageId

    function New-Paragraph {
        <#
        .SYNOPSIS
        Makes a paragraph as Notion takes it.
        #>
        param([string] $Text)

        @{ type = 'paragraph'; paragraph = @{ rich_text = @(@{ text = @{ content = $Text } }) } }
    }

    function New-Page {
        <#
        .SYNOPSIS
        Makes an empty page.
        #>
        Invoke-NotionRequest pages POST -Body @{ parent = @{ page_id = $parent } }
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Invoke-NotionRequest with more blocks than one request takes' {
    BeforeEach {
        $page = New-Page
        Clear-FakeRequest
    }
    AfterEach { Clear-FakeFault }

    It 'appends them in order, and returns one list' {
        $body = @{ children = @(1..250 | ForEach-Object { New-Paragraph "$_" }) }
        $list = Invoke-NotionRequest "blocks/$($page.id)/children" PATCH -Body $body
        $list.PSObject.TypeNames[0] | Should -BeExactly 'Notion.List'
        $list.results.Text | Should -Be (1..250)
        $list.has_more | Should -BeFalse
        @(Get-FakeRequest '/v1/blocks' PATCH).Count | Should -Be 3
        (Invoke-NotionRequest "blocks/$($page.id)/children" -All).Text | Should -Be (1..250)
    }

    It 'keeps the place that was asked for' {
        $first = Invoke-NotionRequest "blocks/$($page.id)/children" PATCH -Body @{
            children = @((New-Paragraph 'a'), (New-Paragraph 'z'))
        }
        $null = Invoke-NotionRequest "blocks/$($page.id)/children" PATCH -Body @{
            children = @(1..120 | ForEach-Object { New-Paragraph "$_" })
            position = @{ type = 'after_block'; after_block = @{ id = $first.results[0].id } }
        }
        (Invoke-NotionRequest "blocks/$($page.id)/children" -All).Text | Should -Be (@('a') + 1..120 + @('z'))
    }

    It 'makes a page of many blocks, and returns the page' {
        $made = Invoke-NotionRequest pages POST -Body @{
            parent = @{ page_id = $parent }; children = @(1..130 | ForEach-Object { New-Paragraph "$_" })
        }
        $made.PSObject.TypeNames[0] | Should -BeExactly 'Notion.Page'
        ($made | Invoke-NotionRequest -Path { "blocks/$($_.id)/children" } -All).Text | Should -Be (1..130)
    }

    It 'appends what is nested deeper than one request may be' {
        $block = New-Paragraph '5'
        foreach ($level in 4..1) {
            $outer = New-Paragraph "$level"
            $outer.paragraph.children = @($block)
            $block = $outer
        }

        $at = (Invoke-NotionRequest "blocks/$($page.id)/children" PATCH -Body @{ children = @($block) }).results[0]
        foreach ($level in 1..5) {
            $at.Text | Should -Be $level
            $at.has_children | Should -Be ($level -lt 5)
            if ($level -lt 5) { $at = (Invoke-NotionRequest "blocks/$($at.id)/children").results[0] }
        }
    }

    It 'sends what fits as it stands' {
        $json = '{ "children" : [ {"paragraph":{"rich_text":[]}} ] }'
        $null = Invoke-NotionRequest "blocks/$($page.id)/children" PATCH -Body $json
        (Get-FakeRequest)[0].body | Should -BeExactly $json
    }

    It 'says how many are there, and where to go on' {
        $null = Invoke-FakeNotionControl faults -Body @{
            path = '/v1/blocks'; method = 'PATCH'; status = 400; code = 'validation_error'; skipFirst = 1
        }
        $body = @{ children = @(1..150 | ForEach-Object { New-Paragraph "$_" }) }
        $problem = $null
        try { Invoke-NotionRequest "blocks/$($page.id)/children" PATCH -Body $body }
        catch { $problem = $_ }
        $last = @(Invoke-NotionRequest "blocks/$($page.id)/children" -All)[-1]
        $last.Text | Should -Be 100
        $problem.Exception.Message | Should -BeLike "*Of the 150 blocks*100 are there*$($last.id)*"
        $problem.Exception.RecommendedAction | Should -BeLike "*$($last.id)*"
    }

    It 'asks once with -WhatIf, and sends nothing' {
        $body = @{ children = @(1..250 | ForEach-Object { New-Paragraph "$_" }) }
        $shell = New-RunspaceShell @{ path = "blocks/$($page.id)/children"; body = $body }
        try {
            $said = 'Invoke-NotionRequest $path PATCH -Body $body -Connection Seeded -WhatIf'
            $null = $shell.AddScript($said).Invoke()
            $shell.HadErrors | Should -BeFalse
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }

        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'refuses -OutFile, which takes one reply' {
        $body = @{ children = @(1..101 | ForEach-Object { New-Paragraph "$_" }) }
        Assert-NotionError {
            Invoke-NotionRequest "blocks/$($page.id)/children" PATCH -Body $body -OutFile (
                Join-Path (New-TestFolder 'out') 'x.json')
        } -Id ConflictingParameters -Category InvalidArgument -Says '-OutFile'
        (Get-FakeRequest).Count | Should -Be 0
    }
}
