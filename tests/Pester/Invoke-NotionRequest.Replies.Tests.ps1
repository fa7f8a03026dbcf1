BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $pageId = $fake.sample.pageId
    $dataSourceId = $fake.sample.dataSourceId
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $connection = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded

    function Start-Listener {
        <#
        .SYNOPSIS
        A server that answers each connection with what a script makes of it; Uri is where it listens, Seen what it was
        asked.
        #>
        param([Parameter(Mandatory)] [scriptblock] $Answer)

        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $state = [hashtable]::Synchronized(
            @{
                Seen = [Collections.ArrayList]::Synchronized([Collections.ArrayList]::new())
                Go = [Threading.ManualResetEventSlim]::new()
            }
        )
        $shell = [powershell]::Create()
        $null = $shell.AddScript({
                param($Listener, $State, $Answer)
                $answer = [scriptblock]::Create($Answer)
                while ($true) {
                    $client = $Listener.AcceptTcpClient()
                    $stream = $client.GetStream()
                    $reader = [IO.StreamReader]::new($stream)
                    $head = @(while ($line = $reader.ReadLine()) { $line })
                    $null = $State.Seen.Add($head -join "`n")
                    $write = {
                        param([string] $Text)
                        $bytes = [Text.Encoding]::UTF8.GetBytes($Text.Replace("`r`n", "`n").Replace("`n", "`r`n"))
                        $stream.Write($bytes)
                        $stream.Flush()
                    }
                    & $answer $write $State
                    $client.Dispose()
                }
            }).AddArgument($listener).AddArgument($state).AddArgument("$Answer")
        $null = $shell.BeginInvoke()
        [pscustomobject]@{
            Uri = "http://127.0.0.1:$($listener.LocalEndpoint.Port)/"; Seen = $state.Seen; Go = $state.Go
            Listener = $listener; Shell = $shell
        }
    }

    function Stop-Listener {
        [CmdletBinding()]
        param($Server)

        $Server.Listener.Stop()
        $null = $Server.Shell.BeginStop($null, $null)
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Invoke-NotionRequest''s variables' {
    AfterEach { Clear-FakeFault }

    It 'sets status and headers in the caller''s scope' {
        $status = $headers = 'before'
        function Get-InFunction {
            $answer = Invoke-NotionRequest users/me -StatusCodeVariable status -ResponseHeadersVariable headers
            "$($answer.object) $status $($headers['content-type'])"
        }

        Get-InFunction | Should -Match '^user 200 application/json'
        $status, $headers | Should -Be 'before', 'before'
        $null = Invoke-NotionRequest users/me -StatusCodeVariable status -ResponseHeadersVariable headers
        $status | Should -Be 200
        $headers['X-NOTION-REQUEST-ID'] | Should -Match '^[0-9a-f-]{36}$'
    }

    It 'sets them after an error too' {
        $status = $headers = 'before'
        Invoke-NotionRequest nonsense -StatusCodeVariable status -ResponseHeadersVariable headers -ErrorAction Ignore
        $status | Should -Be 400
        $headers['x-notion-request-id'] | Should -Not -BeNullOrEmpty
        {
            Invoke-NotionRequest "pages/$([guid]::NewGuid())" -StatusCodeVariable status -ErrorAction Stop
        } | Should -Throw
        $null = Get-ErrorOf {
            Invoke-NotionRequest "pages/$([guid]::NewGuid())" -StatusCodeVariable script:other -ErrorAction Stop
        }
        $script:other | Should -Be 404
    }

    It 'empties them where there was no reply' {
        $status = $headers = 'before'
        Invoke-NotionRequest users/../x -StatusCodeVariable status -ResponseHeadersVariable headers -ErrorAction Ignore
        $status, $headers | Should -Be $null, $null
    }

    It 'has each input''s own while its output is worked on' {
        $seen = 'users/me', 'nonsense', 'users' |
            Invoke-NotionRequest -ThrottleLimit 3 -StatusCodeVariable status -SkipHttpErrorCheck |
            ForEach-Object { $status }
        $seen | Should -Be 200, 400, 200
    }
}

Describe 'Invoke-NotionRequest''s parameters' {
    It 'refuses <Names>' -ForEach @(
        @{ Names = '-All -OutFile'; Parameters = @{ All = $true; OutFile = 'x' } }
        @{ Names = '-Body -InFile'; Parameters = @{ Body = @{}; InFile = 'x'; Method = 'POST' } }
        @{ Names = '-Raw -AsHashtable'; Parameters = @{ Raw = $true; AsHashtable = $true } }
        @{ Names = '-Raw -OutFile'; Parameters = @{ Raw = $true; OutFile = 'x' } }
        @{ Names = '-PartNumber'; Parameters = @{ PartNumber = 1 } }
        @{ Names = '-ContentType'; Parameters = @{ ContentType = 'text/plain' } }
        @{ Names = '-PartNumber -InFile for JSON'; Parameters = @{ PartNumber = 1; InFile = 'x' } }
    ) {
        Clear-FakeRequest
        Assert-NotionError {
            Invoke-NotionRequest users @Parameters -ErrorAction Stop
        } -Id ConflictingParameters -Category InvalidArgument -Says 'Nothing was sent'
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'takes -All:$false with -OutFile' {
        $path = Join-Path (New-TestFolder) 'x.json'
        Invoke-NotionRequest users/me -All:$false -OutFile $path
        Test-Path -LiteralPath $path | Should -BeTrue
    }

    It 'refuses <What>' -ForEach @(
        @{
            What = 'a proxy''s credential without a proxy'
            Parameters = @{ ProxyCredential = [pscredential]::new('a', [securestring]::new()) }; Id = 'MissingProxy'
        }
        @{ What = 'a proxy that is none'; Parameters = @{ Proxy = 'ftp://proxy' }; Id = 'InvalidProxy' }
    ) {
        Assert-NotionError {
            Invoke-NotionRequest users/me @Parameters -ErrorAction Stop
        } -Id $Id -Category InvalidArgument
    }
}

Describe 'Invoke-NotionRequest -Proxy' {
    It 'asks the proxy, with its user name and password' {
        $proxy = Start-Listener {
            param($write, $state)
            if ($state.Seen[-1] -notmatch 'Proxy-Authorization') {
                & $write ("HTTP/1.1 407 Who are you`nProxy-Authenticate: Basic realm=`"x`"`nContent-Length: " +
                    "0`nConnection: close`n`n")
            }
            else {
                & $write ("HTTP/1.1 200 OK`nContent-Type: application/json`nContent-Length: 33`nConnection: " +
                    "close`n`n{`"object`":`"user`",`"id`":`"by proxy`"}")
            }
        }
        try {
            $credential = [pscredential]::new('ada', (ConvertTo-Secret "$(Get-SecretMark):word"))
            $token = ConvertTo-Secret "ntn_$(Get-SecretMark)ProxyTest00000000001"
            $way = @{ BaseUri = 'http://localhost:9'; Proxy = $proxy.Uri; ProxyCredential = $credential }
            (Invoke-NotionRequest users/me -Token $token @way).id | Should -BeExactly 'by proxy'
            $proxy.Seen[-1] | Should -Match '^GET http://localhost:9/v1/users/me HTTP/1.1'
            $proxy.Seen[-1] | Should -Match ('Proxy-Authorization: Basic ' +
                "$([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("ada:$(Get-SecretMark):word")))")
        }
        finally {
            Stop-Listener $proxy
        }
    }
}

Describe 'Invoke-NotionRequest and a stream of events' {
    AfterEach { Clear-FakeFault }

    It 'emits each event as it arrives' {
        $server = Start-Listener {
            param($write, $state)
            & $write ("HTTP/1.1 200 OK`nContent-Type: text/event-stream`nConnection: close`n`nevent: message`nid: " +
                "1`ndata: {`"object`":`"session`",`"n`":1}`n`n")
            $null = $state.Go.Wait(30000)
            & $write "data: [DONE]`n`n"
        }
        try {
            $token = ConvertTo-Secret "ntn_$(Get-SecretMark)EventTest00000000001"
            $events = Invoke-NotionRequest sessions -Method POST -Body @{
                stream = $true
            } -Token $token -BaseUri $server.Uri -StatusCodeVariable status | ForEach-Object {
                # The second event is sent only after the first was seen here.
                $server.Go.Set()
                $_
            }

            $events.Count | Should -Be 2
            $status | Should -Be 200
            $events[0].PSObject.TypeNames[0] | Should -BeExactly 'Notion.Event'
            $events[0].Event, $events[0].Id, $events[0].Data.n | Should -Be 'message', '1', 1
            $events[0].Data.PSObject.TypeNames[0] | Should -BeExactly 'Notion.Session'
            $events[1].Data | Should -BeExactly '[DONE]'
        }
        finally {
            Stop-Listener $server
        }
    }

    It 'emits the data''s text with -Raw, and dictionaries with -AsHashtable' {
        Add-FakeFault @{
            path = '/v1/agents'; status = 200; contentType = 'text/event-stream'; body = "data: {`"a`":1}`n`n"
            times = 2
        }
        Invoke-NotionRequest agents -Raw | Should -BeExactly '{"a":1}'
        (Invoke-NotionRequest agents -AsHashtable).Data['a'] | Should -Be 1
    }

    It 'stops when the pipeline has enough' {
        $server = Start-Listener {
            param($write, $state)
            & $write "HTTP/1.1 200 OK`nContent-Type: text/event-stream`nConnection: close`n`ndata: 1`n`n"
            $null = $state.Go.Wait(60000)
        }
        try {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $first = Invoke-NotionRequest sessions -Token (
                ConvertTo-Secret "ntn_$(Get-SecretMark)EventTest00000000001"
            ) -BaseUri $server.Uri | Select-Object -First 1
            $first.Data | Should -Be 1
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
        }
        finally {
            $server.Go.Set()
            Stop-Listener $server
        }
    }
}

Describe 'Invoke-NotionRequest while it waits' {
    AfterEach { Clear-FakeFault }

    It 'shows the wait as progress with the seconds that are left, and takes it away' {
        Add-FakeFault @{ status = 429; path = '/v1/users/me'; headers = @{ 'Retry-After' = '2' } }
        $shell = New-RunspaceShell @{ arguments = (New-FakeToken).SignIn }
        try {
            $null = $shell.AddScript('$null = Connect-NotionWorkspace @arguments -SessionOnly').Invoke()
            Add-FakeFault @{ status = 429; path = '/v1/users/me'; headers = @{ 'Retry-After' = '2' } }
            $shell.Commands.Clear()
            $shell.Streams.Progress.Clear()
            $null = $shell.AddScript('Invoke-NotionRequest users/me').Invoke()
            $records = @($shell.Streams.Progress)
            $records[0].Activity | Should -BeExactly 'Waiting for Notion'
            $records[0].StatusDescription | Should -Match '/v1/users/me: '
            $records[0].SecondsRemaining | Should -Be 2
            $records[-1].RecordType | Should -Be 'Completed'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }

    It 'ends a long wait with Ctrl+C at once' {
        $shell = New-RunspaceShell @{ arguments = (New-FakeToken).SignIn }
        try {
            $null = $shell.AddScript('$null = Connect-NotionWorkspace @arguments -SessionOnly').Invoke()
            Clear-FakeRequest
            Add-FakeFault @{ status = 429; path = '/v1/users/me'; headers = @{ 'Retry-After' = '600' } }
            $shell.Commands.Clear()
            $run = $shell.AddScript('Invoke-NotionRequest users/me').BeginInvoke()
            Wait-Until { @(Get-FakeRequest).Count -or $run.IsCompleted } 'the request was answered'
            Wait-Until { $shell.Streams.Progress.Count -or $run.IsCompleted } 'the wait has begun'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }

    It 'does not begin a wait that would end after -TotalTimeoutSec' {
        Add-FakeFault @{ status = 503; path = '/v1/users/me'; headers = @{ 'Retry-After' = '600' } }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Assert-NotionError {
            Invoke-NotionRequest users/me -TotalTimeoutSec 5 -ErrorAction Stop
        } -Id ServiceUnavailable -Category ResourceUnavailable
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
    }
}

Describe 'Invoke-NotionRequest''s completion' {
    BeforeAll {
        function Get-Completion {
            [CmdletBinding()]
            param([string] $Line)

            @((TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches)
        }
    }

    It 'completes <Line>' -ForEach @(
        @{ Line = 'Invoke-NotionRequest us'; Text = 'users', 'users/me', "'users/{user_id}'" }
        @{ Line = 'Invoke-NotionRequest -Path /v1/sea'; Text = , '/v1/search' }
        @{ Line = "Invoke-NotionRequest 'blocks/x/"; Text = , 'blocks/x/children' }
        @{ Line = 'Invoke-NotionRequest -Method DELETE com'; Text = , "'comments/{comment_id}'" }
        @{ Line = 'Invoke-NotionRequest pages/0a1c/m'; Text = 'pages/0a1c/move', 'pages/0a1c/markdown' }
        @{ Line = 'Invoke-NotionRequest x -NotionVersion 2025'; Text = , '2025-09-03' }
    ) {
        (Get-Completion $Line).CompletionText | Should -Be $Text
    }

    It 'completes the methods that an endpoint takes' {
        (Get-Completion 'Invoke-NotionRequest comments/')[0].ToolTip |
            Should -BeExactly 'GET, PATCH, DELETE comments/{comment_id}'
    }

    It 'refuses a path whose placeholder was left in it' {
        Clear-FakeRequest
        Assert-NotionError {
            Invoke-NotionRequest 'users/{user_id}' -ErrorAction Stop
        } -Id InvalidPath -Category InvalidArgument -Says 'placeholder'
        (Get-FakeRequest).Count | Should -Be 0
    }
}

Describe 'Invoke-NotionRequest -All' {
    BeforeEach { Clear-FakeRequest }
    AfterEach { Clear-FakeFault }

    It 'asks what is no list for no page size' {
        (Invoke-NotionRequest users/me -All).id | Should -BeExactly $connection.BotId
        (Get-FakeRequest)[0].query | Should -BeExactly ''
    }

    It 'reads every kind of list: <Path>' -ForEach @{ Path = 'users' }, @{ Path = 'file_uploads' },
            @{ Path = { "comments?block_id=$pageId" } }, @{ Path = { "data_sources/$dataSourceId/templates" } },
            @{ Path = { "blocks/$pageId/children" } } {
        $name = if ($Path -is [scriptblock]) { & $Path } else { $Path }
        $null = Invoke-NotionRequest file_uploads -Method POST -Body @{ filename = 'x.txt' }
        $items = @(Invoke-NotionRequest $name -All)
        $items.Count | Should -BeGreaterThan 0
        $items | ForEach-Object { $_.PSObject.TypeNames[0] | Should -Not -BeExactly 'Notion.List' }
    }

    It 'reads the items of a property, and a property that is one value' {
        $row = Invoke-NotionRequest "data_sources/$dataSourceId/query" -Method POST -All | Select-Object -First 1
        foreach ($property in $row.properties.PSObject.Properties) {
            $id = [uri]::EscapeDataString([uri]::UnescapeDataString($property.Value.id))
            $items = @(Invoke-NotionRequest "pages/$($row.id)/properties/$id" -All)
            foreach ($item in $items) { $item.object | Should -BeExactly 'property_item' }
        }
    }

    It 'runs a view''s query and reads its further pages' {
        Add-FakeFault @{
            path = '/v1/views/v/queries'; method = 'POST'; status = 200
            body = '{"object":"view_query","id":"q","results":[{"object":"page","id":"a"}],"has_more":true,' +
                '"next_cursor":"c"}'
        }
        Add-FakeFault @{
            path = '/v1/views/v/queries/q'; method = 'GET'; status = 200
            body = '{"object":"list","results":[{"object":"page","id":"b"}],"has_more":false,"next_cursor":null}'
        }
        (Invoke-NotionRequest views/v/queries -Method POST -All).id | Should -Be 'a', 'b'
        (Get-FakeRequest)[1].query | Should -BeExactly '?page_size=100&start_cursor=c'
    }

    It 'merges the cursor into a body of <What>' -ForEach @(
        @{ What = 'JSON text'; Body = '{"sorts":[{"timestamp":"created_time","direction":"descending"}]}' }
        @{ What = 'a hashtable'; Body = @{ sorts = @(@{ timestamp = 'created_time'; direction = 'descending' }) } }
        @{
            What = 'an object'
            Body = [pscustomobject]@{
                sorts = @([pscustomobject]@{ timestamp = 'created_time'; direction = 'descending' })
            }
        }
    ) {
        @(Invoke-NotionRequest "data_sources/$dataSourceId/query" -Method POST -Body $Body -All).Count | Should -Be 260
        $bodies = @((Get-FakeRequest).body | ConvertFrom-Json)
        $bodies.Count | Should -Be 3
        foreach ($sent in $bodies) { $sent.sorts[0].direction | Should -BeExactly 'descending' }
        $bodies[2].start_cursor | Should -Not -BeNullOrEmpty
    }

    It 'costs two requests at most for Select-Object -First 10' {
        @(Invoke-NotionRequest "data_sources/$dataSourceId/query" -Method POST -All | Select-Object -First 10).Count |
            Should -Be 10
        (Get-FakeRequest).Count | Should -BeLessOrEqual 2
    }
}
