BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
    $pageId = $fake.sample.pageId
    $folder = New-TestFolder 'uploads'

    function New-TestFile {
        <#
        .SYNOPSIS
        Makes a file of so many bytes.
        #>
        param([string] $Name, [int] $Bytes)

        $content = [byte[]]::new($Bytes)
        [random]::new($Bytes).NextBytes($content)
        $path = Join-Path $folder $Name
        [IO.File]::WriteAllBytes($path, $content)
        $path
    }

    function Get-UploadedHash {
        <#
        .SYNOPSIS
        The hashes of what arrived, by the file's name.
        #>
        $hashes = @{}
        foreach ($file in (Invoke-FakeNotionControl state).uploadedFiles) { $hashes[$file.filename] = $file.sha256 }
        $hashes
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Invoke-NotionRequest file_uploads -InFile' {
    BeforeEach { Clear-FakeRequest }
    AfterEach {
        Clear-FakeFault
        $null = Invoke-FakeNotionControl behavior -Body @{ uploadsFail = $false; uploadReads = 0 }
    }

    It 'uploads a file and returns the upload, which can be attached' {
        $path = New-TestFile 'photo.png' 30000
        $upload = Invoke-NotionRequest file_uploads -InFile $path
        $upload.PSObject.TypeNames[0] | Should -BeExactly 'Notion.FileUpload'
        $upload.status | Should -BeExactly 'uploaded'
        (Get-UploadedHash)['photo.png'] | Should -Be (Get-FileHash -LiteralPath $path).Hash
        $image = @{ image = @{ type = 'file_upload'; file_upload = @{ id = $upload.id } } }
        $added = Invoke-NotionRequest "blocks/$pageId/children" PATCH -Body @{ children = @($image) }
        $added.results[0].image.type | Should -BeExactly 'file'
        ($upload | Invoke-NotionRequest).expiry_time | Should -BeNullOrEmpty
    }

    It 'sends a large file in parts, with progress of the whole' {
        $path = New-TestFile 'film.mp4' 21MB
        $shell = New-RunspaceShell @{ path = $path }
        try {
            $script = 'Invoke-NotionRequest file_uploads -InFile $path -Connection Seeded'
            $upload = $shell.AddScript($script).Invoke()
            $upload[0].status | Should -BeExactly 'uploaded'
            $upload[0].number_of_parts.total | Should -Be 3
            $records = @($shell.Streams.Progress | Where-Object Activity -EQ "Sending $path")
            $records[-1].RecordType | Should -Be 'Completed'
            @($records | Where-Object StatusDescription -EQ '21.0 of 21.0 MiB').Count | Should -BeGreaterOrEqual 1
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }

        (Get-UploadedHash)['film.mp4'] | Should -Be (Get-FileHash -LiteralPath $path).Hash
    }

    It 'holds no large file in memory' {
        $path = Join-Path $folder 'long.mp4'
        $file = [IO.File]::Create($path)
        $file.SetLength(150MB)
        $file.Dispose()
        $before = [GC]::GetTotalAllocatedBytes($true)
        (Invoke-NotionRequest file_uploads -InFile $path).content_length | Should -Be 150MB
        [GC]::GetTotalAllocatedBytes($true) - $before | Should -BeLessThan 50MB
    }

    It 'uploads several piped files, each with its name and at once' {
        $files = 1..4 | ForEach-Object { Get-Item -LiteralPath (New-TestFile "many $_.txt" (1000 + $_)) }
        $uploads = $files | Invoke-NotionRequest file_uploads -InFile { $_.FullName } -ThrottleLimit 4
        $uploads.filename | Should -Be $files.Name
        $uploads.status | Should -Be @('uploaded', 'uploaded', 'uploaded', 'uploaded')
    }

    It 'uploads a file of JSON, which is the body where -ContentType says so' {
        $path = Join-Path $folder 'create.json'
        Set-Content -LiteralPath $path -Value '{"filename":"x.txt"}'
        (Invoke-NotionRequest file_uploads -InFile $path).filename | Should -BeExactly 'create.json'
        $made = Invoke-NotionRequest file_uploads -InFile $path -ContentType application/json
        $made.filename | Should -BeExactly 'x.txt'
        $made.status | Should -BeExactly 'pending'
    }

    It 'takes a type for an extension that Notion does not take, and says so without one' {
        $path = New-TestFile 'data.csv' 20
        Assert-NotionError {
            Invoke-NotionRequest file_uploads -InFile $path
        } -Id InvalidContentType -Category InvalidArgument -Says 'Nothing was sent' -Advises '-ContentType'
        (Get-FakeRequest).Count | Should -Be 0
        (Invoke-NotionRequest file_uploads -InFile $path -ContentType text/plain).filename |
            Should -BeExactly 'data.csv.txt'
    }

    It 'says what is left half-sent, and an upload that Notion calls failed' {
        $path = New-TestFile 'left.mp4' 21MB
        $null = Invoke-FakeNotionControl faults -Body @{
            path = '^/v1/file_uploads/.*/send'; status = 400; code = 'validation_error'; skipFirst = 1
        }
        $wrong = { Invoke-NotionRequest file_uploads -InFile $path }
        Assert-NotionError $wrong -Id ValidationError -Category InvalidArgument -Says '1 of 3 parts' -Advises '-InFile'
        $null = Invoke-FakeNotionControl behavior -Body @{ uploadsFail = $true }
        $small = New-TestFile 'small.txt' 10
        Assert-NotionError {
            Invoke-NotionRequest file_uploads -InFile $small
        } -Id FileUploadFailed -Category InvalidOperation -Says 'failed'
    }

    It 'asks once with -WhatIf, and sends nothing' {
        Invoke-NotionRequest file_uploads -InFile (New-TestFile 'what.txt' 10) -WhatIf 6>$null
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'refuses what does not fit: <Name>' -ForEach @{ Name = 'PartNumber'; Value = 1 },
        @{ Name = 'OutFile'; Value = './out.json' } {
        $more = @{ $Name = $Value }
        $path = New-TestFile 'fit.txt' 10
        Assert-NotionError {
            Invoke-NotionRequest file_uploads -InFile $path @more
        } -Id ConflictingParameters -Category InvalidArgument -Says $Name
        (Get-FakeRequest).Count | Should -Be 0
    }
}

Describe 'Invoke-NotionRequest -Wait' {
    AfterEach { $null = Invoke-FakeNotionControl behavior -Body @{ taskError = $null; taskReads = 2 } }

    BeforeEach {
        $body = @{ parent = @{ page_id = $pageId }; markdown = '# Plans'; allow_async = $true }
    }

    It 'returns the finished task, of its path, of the piped task and of the request that begins it' {
        $null = Invoke-FakeNotionControl behavior -Body @{ taskReads = 1 }
        $task = Invoke-NotionRequest pages POST -Body $body
        $task.status | Should -BeExactly 'queued'
        (Invoke-NotionRequest "async_tasks/$($task.id)" -Wait).status | Should -BeExactly 'succeeded'
        ($task | Invoke-NotionRequest -Wait).result.object | Should -BeExactly 'page'
        (Invoke-NotionRequest pages POST -Body $body -Wait).status | Should -BeExactly 'succeeded'
    }

    It 'says why a task failed' {
        $null = Invoke-FakeNotionControl behavior -Body @{ taskError = 'The text is too odd.'; taskReads = 0 }
        Assert-NotionError {
            Invoke-NotionRequest pages POST -Body $body -Wait
        } -Id AsyncTaskFailed -Category InvalidOperation -Says 'too odd'
    }

    It 'ends with -TotalTimeoutSec' {
        $null = Invoke-FakeNotionControl behavior -Body @{ taskReads = 1000 }
        Assert-NotionError {
            Invoke-NotionRequest pages POST -Body $body -Wait -TotalTimeoutSec 1
        } -Id RequestTimeout -Category OperationTimeout -Says 'still' -Advises 'async_tasks/'
    }
}
