BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $dataSource = $fake.sample.dataSourceId

    function Get-PageCode {
        <#
        .SYNOPSIS
        The code blocks of a page, by the comment that they begin with.
        #>
        param([string] $Page)

        $text = Get-Content -LiteralPath (Join-Path $PSScriptRoot "../../docs/$Page") -Raw
        $blocks = @{}
        foreach ($match in [regex]::Matches($text, '(?ms)^```powershell\r?\n# (\w+)\r?\n(.*?)^```')) {
            # The address is the one thing that is another here.
            $code = $match.Groups[2].Value.Replace('https://api.notion.com', $fake.baseUri.TrimEnd('/'))
            $blocks[$match.Groups[1].Value] = $code
        }
        $blocks.text = [regex]::Match($text, '(?ms)^```text\r?\n(.*?)^```').Groups[1].Value -split '\r?\n' -ne ''
        $blocks
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'docs/from-invoke-restmethod.md' {
    BeforeAll {
        $code = Get-PageCode 'from-invoke-restmethod.md'
        $before = $env:NOTION_TOKEN
        $env:NOTION_TOKEN = $fake.internalToken
        $PSDefaultParameterValues['Connect-NotionWorkspace:BaseUri'] = $fake.baseUri
    }

    AfterAll {
        $env:NOTION_TOKEN = $before
        $PSDefaultParameterValues.Remove('Connect-NotionWorkspace:BaseUri')
    }

    It 'has two scripts that return the same' {
        $old = & ([scriptblock]::Create($code.before))
        $new = & ([scriptblock]::Create($code.after))
        $old.Count | Should -BeGreaterThan 10
        $new | ConvertTo-Csv | Should -BeExactly ($old | ConvertTo-Csv)
    }

    It 'has two scripts that go on after a 429' {
        foreach ($name in 'before', 'after') {
            $path = "/v1/data_sources/$dataSource/query"
            Add-FakeFault @{ status = 429; path = $path; headers = @{ 'Retry-After' = '1' } }
            Mock Start-Sleep
            @(& ([scriptblock]::Create($code.$name))).Count | Should -BeGreaterThan 10
            @((Invoke-FakeNotionControl 'faults').faults).struck | Should -Be 1
            Clear-FakeFault
        }
    }

    It 'shows what an error has' {
        $null = & ([scriptblock]::Create($code.after))
        & ([scriptblock]::Create($code.errors)) | ForEach-Object { "$_" } | Should -BeExactly $code.text
    }
}
