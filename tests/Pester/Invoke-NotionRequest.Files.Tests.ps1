BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
    $folder = New-TestFolder 'files'

    function New-TestFile {
        <#
        .SYNOPSIS
        Makes a file of so many bytes, no two of them alike in a row.
        #>
        param([string] $Name, [int] $Bytes)

        $content = [byte[]]::new($Bytes)
        [random]::new($Bytes).NextBytes($content)
        $path = Join-Path $folder $Name
        [IO.File]::WriteAllBytes($path, $content)
        $path
    }

    function New-Upload {
        <#
        .SYNOPSIS
        Makes a file upload at Notion.
        #>
        param([string] $Name, [int] $Parts)

        $body = if ($Parts) { @{ mode = 'multi_part'; filename = $Name; number_of_parts = $Parts } }
        else { @{ filename = $Name } }
        Invoke-NotionRequest file_uploads -Method POST -Body $body
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Invoke-NotionRequest -InFile' {
    BeforeEach { Clear-FakeRequest }
    AfterEach { Clear-FakeFault }

    It 'uploads a file as POST, with the content type of its extension' {
        $upload = New-Upload 'photo.png'
        $sent = Invoke-NotionRequest "file_uploads/$($upload.id)/send" -InFile (New-TestFile 'photo.png' 300000)
        $sent.status | Should -BeExactly 'uploaded'
        $sent.content_length | Should -Be 300000
        $sent.content_type | Should -BeExactly 'image/png'
        $request = @(Get-FakeRequest '/v1/file_uploads' POST)[-1]
        $request.headers.'Content-Type' | Should -Match '^multipart/form-data; boundary='
    }

    It 'uploads a file in parts, at once' {
        $parts = 1..3 | ForEach-Object {
            [pscustomobject]@{ Number = $_; File = New-TestFile "part-$_.txt" $(if ($_ -lt 3) { 5MB } else { 1000 }) }
        }
        $upload = New-Upload 'log.txt' 3
        $null = $parts | Invoke-NotionRequest -Path "file_uploads/$($upload.id)/send" -InFile {
            $_.File
        } -PartNumber { $_.Number } -ThrottleLimit 3
        $done = Invoke-NotionRequest "file_uploads/$($upload.id)/complete" -Method POST
        $done.status | Should -BeExactly 'uploaded'
        $done.content_length | Should -Be (10MB + 1000)
    }

    It 'takes the content type of -ContentType' {
        $upload = Invoke-NotionRequest file_uploads -Method POST -Body @{
            filename = 'notes.txt'; content_type = 'text/plain'
        }
        (
            Invoke-NotionRequest "file_uploads/$($upload.id)/send" -InFile (
                New-TestFile 'notes.unknown' 10
            ) -ContentType text/plain
        ).status | Should -BeExactly 'uploaded'
    }

    It 'takes PowerShell''s paths: <What>' -ForEach @(
        @{ What = 'relative to the current location'; Make = { './in [1].png' } }
        @{
            What = 'on a PSDrive'
            Make = {
                $null = New-PSDrive -Name NotionTest -PSProvider FileSystem -Root $folder -Scope Global
                'NotionTest:/in [1].png'
            }
        }
        @{ What = 'of a file'; Make = { Get-Item -LiteralPath (Join-Path $folder 'in [1].png') } }
    ) {
        $null = New-TestFile 'in [1].png' 20
        $upload = New-Upload 'in.png'
        Push-Location $folder
        try {
            (Invoke-NotionRequest "file_uploads/$($upload.id)/send" -InFile (& $Make)).content_length | Should -Be 20
        }
        finally {
            Pop-Location
            Remove-PSDrive -Name NotionTest -Scope Global -ErrorAction Ignore
        }
    }

    It 'shows how far it has come, and takes that away at the end' {
        $upload = New-Upload 'big.txt'
        $path = New-TestFile 'big.txt' 8MB
        $shell = New-RunspaceShell @{ path = $path; upload = "file_uploads/$($upload.id)/send" }
        try {
            $null = $shell.AddScript('Invoke-NotionRequest $upload -InFile $path -Connection Seeded').Invoke()
            $records = @($shell.Streams.Progress)
            $records[0].Activity | Should -BeExactly "Sending $path"
            @($records | Where-Object PercentComplete -EQ 100).Count | Should -BeGreaterOrEqual 1
            $records[-1].RecordType | Should -Be 'Completed'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }

    It 'is a JSON body everywhere else' {
        $path = Join-Path $folder 'query.json'
        Set-Content -LiteralPath $path -Value '{"page_size":1}'
        (Invoke-NotionRequest search -InFile $path).results.Count | Should -Be 1
        (Get-FakeRequest)[0].headers.'Content-Type' | Should -BeExactly 'application/json'
        @(Invoke-NotionRequest search -InFile $path -All | Select-Object -First 3).Count | Should -Be 3
    }

    It 'refuses <What> before anything is sent' -ForEach @(
        @{ What = 'a file that is not there'; Name = 'missing.png'; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ What = 'an empty file'; Name = 'empty.png'; Bytes = 0; Id = 'InvalidFileSize'; Category = 'InvalidArgument' }
        @{
            What = 'a file of more than 20 MiB'; Name = 'huge.png'; Bytes = 20MB + 1; Id = 'InvalidFileSize'
            Category = 'InvalidArgument'
        }
        @{ What = 'a folder'; Name = '.'; Id = 'FileUnavailable'; Category = 'InvalidArgument' }
        @{
            What = 'an extension that has no type'; Name = 'x.qqq'; Bytes = 1; Id = 'InvalidContentType'
            Category = 'InvalidArgument'
        }
    ) {
        if ($null -ne $_.Bytes) { $null = New-TestFile $Name $Bytes }
        Assert-NotionError {
            Invoke-NotionRequest file_uploads/x/send -InFile (Join-Path $folder $Name) -ErrorAction Stop
        } -Id $Id -Category $Category
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'refuses a path that is no file''s' -ForEach @{ Path = 'env:HOME' }, @{ Path = 'nodrive:/x.png' } {
        Assert-NotionError {
            Invoke-NotionRequest file_uploads/x/send -InFile $Path -ErrorAction Stop
        } -Id InvalidFilePath -Category InvalidArgument -Says 'Nothing was sent'
        Assert-NotionError {
            Invoke-NotionRequest users/me -OutFile $Path -ErrorAction Stop
        } -Id InvalidFilePath -Category InvalidArgument -Says 'Nothing was sent'
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'refuses a part number of <_>' -ForEach 0, 10001 {
        {
            Invoke-NotionRequest file_uploads/x/send -InFile x.png -PartNumber $_
        } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'sends nothing with -WhatIf' {
        Invoke-NotionRequest file_uploads/x/send -InFile (New-TestFile 'what.png' 5) -WhatIf 6>$null
        (Get-FakeRequest).Count | Should -Be 0
    }
}

Describe 'Invoke-NotionRequest -OutFile' {
    BeforeEach { Clear-FakeRequest }
    AfterEach { Clear-FakeFault }

    It 'writes the reply as it came, returns nothing, and replaces a file that is there' {
        $path = Join-Path $folder 'me.json'
        Set-Content -LiteralPath $path -Value ('old ' * 1000)
        Invoke-NotionRequest users/me -OutFile $path | Should -BeNullOrEmpty
        $before = (Get-FakeRequest)[0].requestId
        Get-Content -LiteralPath $path -Raw | Should -Match "^\{.*`"request_id`":`"$before`"\}$"
    }

    It 'is relative to the current location, with nothing in it a wildcard' {
        Push-Location $folder
        try { Invoke-NotionRequest users/me -OutFile 'out [1].json' }
        finally { Pop-Location }
        Test-Path -LiteralPath (Join-Path $folder 'out [1].json') | Should -BeTrue
    }

    It 'is another file for each input with a script block' {
        'users', 'search' | Invoke-NotionRequest -Method {
            if ($_ -eq 'users') { 'GET' } else { 'POST' }
        } -OutFile { Join-Path $folder "$_.list.json" } -ThrottleLimit 2
        foreach ($name in 'users', 'search') {
            (Get-Content -LiteralPath (Join-Path $folder "$name.list.json") -Raw | ConvertFrom-Json).object |
                Should -BeExactly 'list'
        }
    }

    It 'leaves what was there, and nothing else, when <What>' -ForEach @(
        @{
            What = 'Notion answers with an error'; Fault = @{ status = 400; code = 'validation_error' }
            Id = 'ValidationError'; Category = 'InvalidArgument'
        }
        @{
            What = 'the reply breaks off'; Fault = @{ kind = 'truncateBody'; times = 5 }; Id = 'ConnectionFailed'
            Category = 'ConnectionError'
        }
    ) {
        $own = New-TestFolder 'kept'
        $path = Join-Path $own 'kept.json'
        Set-Content -LiteralPath $path -Value 'kept' -NoNewline
        Add-FakeFault ($Fault + @{ path = '/v1/users/me' })
        Assert-NotionError {
            Invoke-NotionRequest users/me -OutFile $path -MaximumRetryCount 0 -ErrorAction Stop
        } -Id $Id -Category $Category
        Get-Content -LiteralPath $path -Raw | Should -BeExactly 'kept'
        (Get-ChildItem -LiteralPath $own -Force).Name | Should -BeExactly 'kept.json'
    }

    It 'refuses a folder that is not there before anything is sent' {
        Assert-NotionError {
            Invoke-NotionRequest users/me -OutFile (Join-Path $folder 'no/where.json') -ErrorAction Stop
        } -Id FileNotFound -Category ObjectNotFound
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'returns an error as an object with -SkipHttpErrorCheck, and writes no file' {
        $path = Join-Path $folder 'none.json'
        (Invoke-NotionRequest nonsense -OutFile $path -SkipHttpErrorCheck).code |
            Should -BeExactly 'invalid_request_url'
        Test-Path -LiteralPath $path | Should -BeFalse
    }
}

Describe 'A file that keeps Invoke-NotionRequest waiting' -Skip:$IsWindows {
    BeforeAll {
        function New-Pipe {
            <#
            .SYNOPSIS
            Makes a named pipe in the tests' folder.
            #>
            param([string] $Name)

            $path = Join-Path $folder $Name
            mkfifo $path
            $path
        }
    }

    BeforeEach { Clear-FakeRequest }

    It 'ends with Ctrl+C: a pipe without a writer as -InFile of <Path>' -ForEach @(
        @{ Path = 'file_uploads/x/send'; Name = 'lonely.png' }, @{ Path = 'pages'; Name = 'lonely.json' }
    ) {
        Assert-Stopped '1 | Invoke-NotionRequest $path -InFile { $begun.Set(); $file } -Connection Seeded' @{
            path = $Path; file = New-Pipe $Name
        }
    }

    It 'ends with Ctrl+C: a pipe with a silent writer as -InFile of <Path>' -ForEach @(
        @{ Path = 'file_uploads/x/send'; Name = 'silent.png' }, @{ Path = 'pages'; Name = 'silent.json' }
    ) {
        # Opening it for writing waits for who reads it.
        $file = New-Pipe $Name
        Assert-Stopped '1 | Invoke-NotionRequest $path -InFile { $begun.Set(); $file } -Connection Seeded' @{
            path = $Path; file = $file
        } {
            [IO.FileStream]::new($file, 'Open', 'Write', 'ReadWrite', 1)
        }
    }

    It 'ends with Ctrl+C: a pipe that nobody reads as -OutFile of a POST' {
        Assert-Stopped ('1 | Invoke-NotionRequest pages -Method POST -Body @{} -OutFile { $begun.Set(); $file } ' +
            '-Connection Seeded') @{ file = New-Pipe 'unread.json' }
    }

    It 'is read to its end where it has one: a pipe as -InFile' {
        $file = New-Pipe 'query.pipe'
        $writer = [powershell]::Create().AddScript(
            '[IO.File]::WriteAllText($args[0], ''{"page_size":1}'')'
        ).AddArgument($file)
        $writing = $writer.BeginInvoke()
        (Invoke-NotionRequest search -InFile $file).results.Count | Should -Be 1
        $null = $writer.EndInvoke($writing)
        $writer.Dispose()
    }

    It 'is an error that names it and the limit where it has no end: /dev/zero to <Path>' -ForEach @(
        @{
            Path = 'file_uploads/x/send'; With = @{ ContentType = 'image/png' }; Id = 'InvalidFileSize'
            Limit = '20 MiB'
        }
        @{ Path = 'pages'; With = @{}; Id = 'BodyTooLarge'; Limit = '16 MiB' }
    ) {
        Assert-NotionError {
            Invoke-NotionRequest $Path -InFile /dev/zero @With
        } -Id $Id -Category InvalidArgument -Says "'/dev/zero' is larger than (the )?$Limit"
        (Get-FakeRequest).Count | Should -Be 0
    }
}

Describe 'What -OutFile names' {
    BeforeEach { Clear-FakeRequest }

    It 'is tried before a POST is sent: <What>' -ForEach @(
        @{ What = 'a name that is too long'; Name = 'a' * 300; Id = 'FileUnavailable'; Category = 'InvalidArgument' }
        @{ What = 'a folder'; Name = '.'; Id = 'FileUnavailable'; Category = 'InvalidArgument' }
        @{
            What = 'a folder that is not there'; Name = 'none/reply.json'; Id = 'FileNotFound'
            Category = 'ObjectNotFound'
        }
    ) {
        Assert-NotionError {
            Invoke-NotionRequest pages -Method POST -Body @{ parent = @{} } -OutFile (Join-Path $folder $Name)
        } -Id $Id -Category $Category
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'stays what it is: a link, a file of two names, a mode' -Skip:$IsWindows {
        $file = Join-Path $folder 'kept.json'
        Set-Content -LiteralPath $file -Value 'before'
        chmod 600 $file
        $link = (New-Item -ItemType SymbolicLink -Path (Join-Path $folder 'link.json') -Target $file).FullName
        Invoke-NotionRequest users/me -OutFile $link
        (Get-Item -LiteralPath $link).LinkTarget | Should -BeExactly $file
        Get-Content -LiteralPath $file -Raw | Should -Match '^\{'
        (Get-Item -LiteralPath $file).UnixMode | Should -BeExactly '-rw-------'

        $other = (New-Item -ItemType HardLink -Path (Join-Path $folder 'other.json') -Target $file).FullName
        Set-Content -LiteralPath $file -Value 'before'
        Invoke-NotionRequest users/me -OutFile $file
        Get-Content -LiteralPath $other -Raw | Should -Match '^\{'
        (Get-Item -LiteralPath $other).UnixMode | Should -BeExactly '-rw-------'
    }

    It 'takes several replies at once where it is a device' -Skip:$IsWindows {
        # For root a device of its own: what fails here would replace it.
        $device = '/dev/null'
        if ((id -u) -eq 0) {
            $device = Join-Path $folder 'null'
            mknod $device c 1 3
        }
        @('users/me') * 4 | Invoke-NotionRequest -OutFile { $device } -ThrottleLimit 4
        (Get-FakeRequest).Count | Should -Be 4
        test -c $device
        $LASTEXITCODE | Should -Be 0 -Because 'it is a device still'
    }
}
