BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $token = ConvertTo-Secret $fake.internalToken
    $null = Connect-NotionWorkspace -Token $token -BaseUri $fake.baseUri -SessionOnly

    function New-TestFile {
        <#
        .SYNOPSIS
        A file of a size.
        #>
        param([string] $Name, [long] $Size)

        $path = Join-Path (New-TestFolder) $Name
        $stream = [IO.File]::Create($path)
        try { $stream.SetLength($Size) } finally { $stream.Dispose() }
        $path
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'file_uploads -InFile' {
    BeforeEach { Clear-FakeRequest }
    AfterEach { Clear-FakeFault }

    It 'uploads a small file in one call, and returns it uploaded' {
        $upload = Invoke-NotionRequest file_uploads -InFile (New-TestFile 'one.txt' 5)
        $upload.status | Should -BeExactly 'uploaded'
        $upload.filename | Should -BeExactly 'one.txt'
        $upload.PSObject.TypeNames[0] | Should -BeExactly 'Notion.FileUpload'
        (Get-FakeRequest '/v1/file_uploads').method | Should -Be 'POST', 'POST'
    }

    It 'uploads a large file in parts, and repeats alone the one that fails' {
        $file = New-TestFile 'big.mp4' 25MB
        Add-FakeFault @{ kind = 'reset'; path = '^/v1/file_uploads/[^/]+/send'; skipFirst = 1 }
        (Invoke-NotionRequest file_uploads -InFile $file).status | Should -BeExactly 'uploaded'
        $sends = @(Get-FakeRequest '/v1/file_uploads' POST | Where-Object path -Like '*/send')
        $sends.Count | Should -BeGreaterThan 2
        @(Get-FakeRequest '/v1/file_uploads' POST | Where-Object path -Like '*/complete').Count | Should -Be 1
    }

    It 'takes piped files, in their order' {
        $files = (New-TestFile 'a.txt' 5), (New-TestFile 'b.png' 5)
        (Get-Item $files | Invoke-NotionRequest file_uploads -InFile { $_.FullName }).filename |
            Should -Be 'a.txt', 'b.png'
    }

    It 'refuses a type that Notion does not take before anything is sent' {
        $file = New-TestFile 'what.exe' 5
        $caught = Get-ErrorOf { Invoke-NotionRequest file_uploads -InFile $file -ErrorAction Stop }
        $caught.Exception.ErrorId | Should -BeExactly 'InvalidContentType'
        (Get-FakeRequest '/v1').Count | Should -Be 0
    }

    It 'says what is left half-sent, with its id' {
        $file = New-TestFile 'big.mp4' 25MB
        Add-FakeFault @{ status = 400; path = '^/v1/file_uploads/[^/]+/send'; skipFirst = 1; times = $null }
        $caught = Get-ErrorOf { Invoke-NotionRequest file_uploads -InFile $file -ErrorAction Stop }
        "$caught" | Should -Match '1 of \d+ parts were sent'
        "$caught" | Should -Match '[0-9a-f]{8}-[0-9a-f]{4}'
    }

    It 'sends nothing with -WhatIf' {
        Invoke-NotionRequest file_uploads -InFile (New-TestFile 'one.txt' 5) -WhatIf | Should -BeNullOrEmpty
        (Get-FakeRequest '/v1').Count | Should -Be 0
    }
}
