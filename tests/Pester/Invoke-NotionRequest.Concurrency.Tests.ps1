BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $pageId = $fake.sample.pageId
    $dataSourceId = $fake.sample.dataSourceId
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $connection = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded

    function Get-Seconds {
        <#
        .SYNOPSIS
        How long after the first request each one arrived.
        #>
        $requests = @(Get-FakeRequest | Sort-Object { [datetime]$_.time })
        foreach ($request in $requests) { ([datetime]$request.time - [datetime]$requests[0].time).TotalSeconds }
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Invoke-NotionRequest -ThrottleLimit' {
    BeforeEach { Clear-FakeRequest }
    AfterEach { Clear-FakeFault }

    It 'answers in the order of the inputs, whichever reply comes first' {
        $users = @(Invoke-NotionRequest users -All)
        Add-FakeFault @{ kind = 'delay'; delayMs = 600; path = "/v1/users/$($users[0].id)" }
        Add-FakeFault @{ kind = 'delay'; delayMs = 300; path = "/v1/users/$($users[2].id)" }
        ($users | Invoke-NotionRequest -Path { "users/$($_.id)" } -ThrottleLimit 8).id | Should -Be $users.id
    }

    It 'has as many requests on their way as -ThrottleLimit allows; a reply that waits for its turn counts' {
        Add-FakeFault @{ kind = 'delay'; delayMs = 1500; path = '/v1/users/me' }
        $answers = @('users/me') + @('users') * 7 | Invoke-NotionRequest -ThrottleLimit 4
        $answers.object | Should -Be (@('user') + @('list') * 7)
        $seconds = Get-Seconds
        $seconds.Count | Should -Be 8
        $seconds[3] | Should -BeLessThan 1.5 -Because 'four are on their way at once'
        $seconds[4] | Should -BeGreaterOrEqual 1.5 -Because 'the fifth has to wait until the first was answered'
    }

    It 'sends one after the other without it, and each result comes before the next input is asked for' {
        $order = [Collections.Generic.List[string]]::new()
        'users/me', 'users', 'users/me' | ForEach-Object { $order.Add("in $_"); $_ } | Invoke-NotionRequest |
            ForEach-Object { $order.Add("out $($_.object)") }
        $order | Should -Be 'in users/me', 'out user', 'in users', 'out list', 'in users/me', 'out user'
    }

    It 'puts each error at its place, with the path as its target' {
        Add-FakeFault @{ kind = 'delay'; delayMs = 500; path = '/v1/users/me' }
        $all = 'users/me', 'nonsense', 'users/../x', 'users' | Invoke-NotionRequest -ThrottleLimit 4 2>&1
        @($all |
            ForEach-Object {
                if ($_ -is [Management.Automation.ErrorRecord]) {
                    "$(($_.FullyQualifiedErrorId -split ',')[0]) $($_.TargetObject)"
                }
                else { $_.object }
            }) |
            Should -Be 'user', 'InvalidRequestUrl nonsense', 'InvalidPath users/../x', 'list'
    }

    It 'puts an error that was found before anything was sent at its place too' {
        Add-FakeFault @{ kind = 'delay'; delayMs = 500; path = '/v1/comments'; status = 200; body = '{}' }
        Add-FakeFault @{ path = '/v1/comments'; status = 200; times = 2; body = '{"object":"comment"}' }
        $cycle = @{}
        $cycle.self = $cycle
        $inputs = foreach ($body in @{}, $cycle, @{}) {
            [pscustomobject]@{ Path = 'comments'; Method = 'POST'; Body = $body }
        }
        $all = $inputs | Invoke-NotionRequest -Method { $_.Method } -Body { $_.Body } -ThrottleLimit 3 2>&1
        @($all | ForEach-Object { $_ -is [Management.Automation.ErrorRecord] }) | Should -Be $false, $true, $false
        ($all[1].FullyQualifiedErrorId -split ',')[0] | Should -BeExactly BodyCycle
    }

    It 'ends with the first error where errors end the script, and drops the rest' {
        Add-FakeFault @{ kind = 'delay'; delayMs = 20000; path = '/v1/users/me' }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Assert-NotionError {
            'nonsense', 'users/me', 'users/me' | Invoke-NotionRequest -ThrottleLimit 3 -ErrorAction Stop
        } -Id InvalidRequestUrl -Category InvalidArgument
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
    }

    It 'streams lists in order with -All, a later one no further than its first page' {
        $paths = "blocks/$pageId/children", 'users', "blocks/$pageId/children"
        $alone = foreach ($path in $paths) { (Invoke-NotionRequest $path -All -PageSize 50).id }
        Clear-FakeRequest
        $together = ($paths | Invoke-NotionRequest -All -PageSize 50 -ThrottleLimit 3).id
        $together | Should -Be $alone

        $requests = @(Get-FakeRequest '/v1/blocks' | Sort-Object { [datetime]$_.time })
        $cursors = @($requests |
            ForEach-Object { if ($_.query -match 'start_cursor=(.+)$') { $Matches[1] } else { 'first' } })
        # The first list may be a page ahead before the second has begun, on a machine that is busy.
        $cursors.Where({ $_ -eq 'first' }).Count | Should -Be 2
        $cursors[0..2] | Should -Contain 'first' -Because 'the first list begins'
        [array]::LastIndexOf($cursors, 'first') | Should -BeLessOrEqual 2 -Because 'the second list begins beside it'
        $further = $cursors.Where({ $_ -ne 'first' })
        $further[0..1] |
            Should -Be $further[2..3] -Because 'the first list is read to its end before the second goes on'
    }

    It 'stops everything when the pipeline has enough' {
        Add-FakeFault @{ kind = 'delay'; delayMs = 20000; path = '/v1/users/me'; times = 7 }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (@('users') + @('users/me') * 30 | Invoke-NotionRequest -ThrottleLimit 8 | Select-Object -First 1).object |
            Should -BeExactly 'list'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
        (Get-FakeRequest).Count | Should -BeLessOrEqual 8
        (Invoke-NotionRequest users).object | Should -BeExactly 'list'
    }

    It 'stops everything with Ctrl+C' {
        Add-FakeFault @{ kind = 'delay'; delayMs = 30000; path = '/v1/users/me'; times = 4 }
        $shell = New-RunspaceShell
        try {
            $run = $shell.AddScript(
                '@("users/me") * 20 | Invoke-NotionRequest -Connection Seeded -ThrottleLimit 4'
            ).BeginInvoke()
            Wait-Until { (Get-FakeRequest).Count -eq 4 -or $run.IsCompleted } 'four requests arrived'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            (Get-FakeRequest).Count | Should -Be 4
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }

    It 'stops with Ctrl+C while it is another command''s turn' {
        Add-FakeFault @{ kind = 'delay'; delayMs = 30000; path = '/v1/users/me'; times = 4 }
        $shell = New-RunspaceShell
        try {
            $run = $shell.AddScript('1..2 | ForEach-Object { "users/me"; if ($_ -eq 2) { Start-Sleep 60 } } | ' +
                'Invoke-NotionRequest -Connection Seeded -ThrottleLimit 4').BeginInvoke()
            Wait-Until { (Get-FakeRequest).Count -eq 2 -or $run.IsCompleted } 'two requests arrived'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }

    It 'asks with -WhatIf in the order of the inputs, and sends nothing' {
        $lines = Invoke-InProcess @"
`$token = ConvertTo-SecureString '$((New-FakeToken).Text)' -AsPlainText -Force
`$patch = @{ Method = 'PATCH'; Body = @{ in_trash = `$true }; Token = `$token; BaseUri = '$($fake.BaseUri)' }
'pages/a', 'pages/b', 'pages/c' | Invoke-NotionRequest @patch -ThrottleLimit 3 -WhatIf
"@
        @($lines | ForEach-Object { if ($_ -match 'target "(.+)"') { $Matches[1] } }) |
            Should -Be 'pages/a', 'pages/b', 'pages/c'
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'writes a verbose line for each request' {
        $all = 'users/me', 'users', 'users/me', 'users' | Invoke-NotionRequest -ThrottleLimit 4 -Verbose 4>&1
        @($all | Where-Object { $_ -is [Management.Automation.VerboseRecord] }).Count | Should -Be 4
    }

    It 'refuses a limit of <_>' -ForEach 0, 65 {
        {
            Invoke-NotionRequest users/me -ThrottleLimit $_
        } | Should -Throw -ErrorId 'ParameterArgumentValidationError,NotionAuth.Commands.InvokeNotionRequestCommand'
    }

    It 'works in a pipeline that calls it again for each result' {
        $ids = 'users', 'users', 'users' | Invoke-NotionRequest -All -ThrottleLimit 3 |
            ForEach-Object { (Invoke-NotionRequest "users/$($_.id)").id }
        $ids | Should -Be @(@((Invoke-NotionRequest users -All).id) * 3)
    }

    It 'sends a thousand requests and reads the connection''s vault once' {
        $vault = New-TestVault -Kind NoMetadata
        $signIn = (New-FakeToken).SignIn
        $stored = Connect-NotionWorkspace @signIn -Name Thousand
        $reads = Join-Path $vault.Folder 'reads'
        $count = Invoke-InProcess @"
`$null = New-Item -ItemType File '$reads'
`$answers = @('users/me') * 1000 | Invoke-NotionRequest -Connection Thousand -ThrottleLimit 16
`$once = @(Get-Content '$reads').Count
Connect-NotionWorkspace -Name Thousand | Out-Null
`$before = @(Get-Content '$reads').Count
foreach (`$i in 1..100) { `$null = Invoke-NotionRequest users/me }
"`$(`$answers.Count) `$(`$answers[999].id) `$once `$(@(Get-Content '$reads').Count - `$before)"
"@
        # Without metadata the name is looked up in the secret itself, which is read for its token after that.
        $count | Should -BeExactly "1000 $($stored.BotId) 2 0"
        Remove-TestVault
    }
}

Describe 'Invoke-NotionRequest -ThrottleLimit and an expired token' {
    BeforeAll {
        $vault = New-TestVault -Kind NoMetadata
        $null = Set-Person visit
        $app = New-FakeApp
        $signIn = $app.SignIn
        $connection = Connect-NotionWorkspace @signIn 6>$null

        function Get-RefreshCount { @((Get-FakeState).refreshRequests | Where-Object clientId -EQ $app.ClientId).Count }
    }

    BeforeEach {
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest
        $before = Get-RefreshCount
    }

    AfterEach { Clear-FakeFault }

    It 'refreshes once for all requests on their way, and answers all of them' {
        Add-FakeFault @{ kind = 'delay'; delayMs = 500; path = '/v1/users/me'; times = 8 }
        (@('users/me') * 20 | Invoke-NotionRequest -ThrottleLimit 8).id | Should -Be (@($connection.BotId) * 20)
        (Get-RefreshCount) - $before | Should -Be 1
    }

    It 'leaves the pair alone when another command ends the pipeline' {
        {
            1, 2 | ForEach-Object {
                if ($_ -eq 2) {
                    Wait-Until { @(Get-FakeRequest '/v1/users/me').Count } 'the first request arrived'
                    throw 'upstream'
                }

                'users/me'
            } | Invoke-NotionRequest -ThrottleLimit 4
        } | Should -Throw 'upstream'
        (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
        $live = (Get-FakeState).tokens | Where-Object { $_.botId -eq $connection.BotId -and $_.accessState -eq 'Live' }
        (Get-StoredConnection $connection.BotId).access_token | Should -BeExactly $live.accessToken
        (Get-RefreshCount) - $before | Should -Be 1
    }
}

Describe 'Invoke-NotionRequest''s input' {
    BeforeEach { Clear-FakeRequest }
    AfterEach { Clear-FakeFault }

    It 'takes a script block for -Path, with each input as $_' {
        $users = @(Invoke-NotionRequest users -All -Connection Seeded)
        ($users.id | Invoke-NotionRequest -Path { "users/$_" } -Connection Seeded).id | Should -Be $users.id
        ($users | Invoke-NotionRequest -Path { "users/$($_.id)" } -Connection Seeded).id | Should -Be $users.id
    }

    It 'takes script blocks for -Query, -Method and -Body too' {
        Add-FakeFault @{ path = '/v1/comments'; status = 200; times = 4; body = '{"object":"comment"}' }
        $null = 'one', 'two' | Invoke-NotionRequest -Path comments -Query { @{ block_id = $_ } } -Connection Seeded
        $null = 'three', 'four' |
            Invoke-NotionRequest -Path { 'comments' } -Method { 'POST' } -Body { @{ text = $_ } } -Connection Seeded
        (Get-FakeRequest).query[0..1] | Should -Be '?block_id=one', '?block_id=two'
        (Get-FakeRequest).body[2..3] | Should -Be '{"text":"three"}', '{"text":"four"}'
    }

    It 'takes requests in an array, their paths by property name and the rest by script blocks' {
        Add-FakeFault @{ path = '/v1/comments'; status = 200; times = 2; body = '{"object":"comment"}' }
        $requests = @(
            [pscustomobject]@{ Path = 'comments'; Method = 'POST'; Body = @{ a = 1 } }
            [pscustomobject]@{ Path = 'comments'; Method = 'POST'; Body = '{"a":2}' }
        )
        ($requests | Invoke-NotionRequest -Method { $_.Method } -Body { $_.Body } -Connection Seeded).object |
            Should -Be 'comment', 'comment'
        $sent = Get-FakeRequest
        $sent.method | Should -Be 'POST', 'POST'
        $sent.body | Should -Be '{"a":1}', '{"a":2}'
        $lists = [pscustomobject]@{ Path = 'users/me' }, [pscustomobject]@{ Path = 'users'; Size = 1 }
        (
            $lists |
                Invoke-NotionRequest -Query { @{ page_size = $_.PSObject.Properties['Size'].Value } } -Connection Seeded
        ).object | Should -Be 'user', 'list'
        (Get-FakeRequest)[2..3].query | Should -Be '', '?page_size=1'
    }

    It 'fills nothing but the path from a row: <Column>' -ForEach @(
        @{ Column = 'Method'; Value = 'DELETE' }, @{ Column = 'Method'; Value = 'Cash' },
        @{ Column = 'Body'; Value = @{ in_trash = $true } }, @{ Column = 'Query'; Value = 'none' }
        @{ Column = 'ContentType'; Value = 'image/png' }, @{ Column = 'InFile'; Value = 'missing.png' },
        @{ Column = 'OutFile'; Value = 'out.json' }, @{ Column = 'PartNumber'; Value = 'first' }
        @{ Column = 'Connection'; Value = 'Ethernet' }, @{ Column = 'Vault'; Value = 'steel' },
        @{ Column = 'Token'; Value = 'none' }
    ) {
        $row = [pscustomobject]@{ User = 'me'; $Column = $Value }
        ($row | Invoke-NotionRequest -Path { "users/$($_.User)" } -ErrorAction Stop).object | Should -Be 'user'
        $row = [pscustomobject]@{ Path = 'users/me'; $Column = $Value }
        ($row | Invoke-NotionRequest -ErrorAction Stop).object | Should -Be 'user'
        (Get-FakeRequest).method | Should -Be 'GET', 'GET'
        (Get-FakeRequest).body | Where-Object { $_ } | Should -BeNullOrEmpty
    }

    It 'uses the connections that are piped in' {
        $arguments = (New-FakeToken).SignIn
        $other = Connect-NotionWorkspace @arguments -SessionOnly -Name Other
        (Get-NotionConnection Other, Seeded | Invoke-NotionRequest users/me).id |
            Should -Be $other.BotId, (Get-NotionConnection Seeded).BotId
        Revoke-NotionToken Other -LocalOnly -Confirm:$false
        $null = Connect-NotionWorkspace -Name Seeded
    }

    It 'says that piped input is not used where nothing depends on it' {
        Assert-NotionError {
            'one', 'two' | Invoke-NotionRequest comments -Method POST -Body @{ a = 1 } -ErrorAction Stop
        } -Id ConflictingParameters -Category InvalidArgument -Says 'piped' -Advises 'script block'
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'says what is wrong with a script block: <Why>' -ForEach @(
        @{ Why = 'it fails'; Method = { throw 'No.' }; Says = 'failed: No\.' }, @{
            Why = 'it gives nothing'; Method = { }; Says = 'nothing'
        }, @{ Why = 'it gives no method'; Method = { 'FETCH' }; Says = 'allowed' }
    ) {
        Assert-NotionError {
            'users' | Invoke-NotionRequest -Method $Method -ErrorAction Stop
        } -Id InvalidScriptBlock -Category InvalidArgument -Says $Says
        Assert-NotionError {
            Invoke-NotionRequest users -Method $Method
        } -Id InvalidScriptBlock -Category InvalidArgument -Says 'piped'
        (Get-FakeRequest).Count | Should -Be 0
    }
}
