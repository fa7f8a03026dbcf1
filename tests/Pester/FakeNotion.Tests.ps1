BeforeAll {
    Import-Module (Join-Path $PSScriptRoot '../NotionAuth.FakeNotion/FakeNotion.psm1') -Force
    $first = Start-FakeNotion -Rows 3
    $second = Start-FakeNotion -AutoApprove -RateLimit -RedirectUri 'http://localhost:18914/a',
        'http://localhost:18915/b'

    function Get-ConsentStatus($Fake) {
        $uri = "$($Fake.BaseUri)v1/oauth/authorize?client_id=$($Fake.ClientId)&response_type=code&owner=user&" +
            'redirect_uri=' +
            [uri]::EscapeDataString($Fake.RedirectUri)
        (Invoke-WebRequest -Uri $uri -MaximumRedirection 0 -SkipHttpErrorCheck -NoProxy -ErrorAction Ignore).StatusCode
    }

    function Get-Status([string] $Uri) {
        (Invoke-WebRequest -Uri $Uri -SkipHttpErrorCheck -NoProxy -Headers @{
            Authorization = "Bearer $($first.InternalToken)"; 'Notion-Version' = '2026-03-11'
        }).StatusCode
    }
}

AfterAll { foreach ($fake in $first, $second) { Stop-FakeNotion $fake } }

Describe 'The module that starts the simulated Notion' {
    It 'returns what a client needs' {
        $first.BaseUri | Should -Match '^http://localhost:\d+/$'
        $first.RedirectUri | Should -Match '^http://localhost:\d+/callback$'
        $first.ClientId, $first.ClientSecret, $first.WorkspaceName | Should -Not -BeNullOrEmpty
        Get-Status "$($first.BaseUri)v1/users/me" | Should -Be 200
    }

    It 'passes its parameters on' {
        $second.RedirectUris | Should -Be 'http://localhost:18914/a', 'http://localhost:18915/b'
        Get-ConsentStatus $second | Should -Be 302 -Because 'it allows every sign-in at once'
        Get-ConsentStatus $first | Should -Be 200 -Because 'it shows its consent page'
    }

    It 'calls the one that was started last, or the one that is named' {
        (Get-FakeNotion).BaseUri | Should -Be $second.BaseUri
        Invoke-FakeNotionControl faults -Body @{ path = '/v1/users/me'; status = 503 } -BaseUri $first.BaseUri
        (Invoke-FakeNotionControl faults).faults | Should -BeNullOrEmpty
        Get-Status "$($first.BaseUri)v1/users/me" | Should -Be 503
        (Invoke-FakeNotionControl 'requests?path=/v1/users' -BaseUri $first.BaseUri).requests[-1].status |
            Should -Be 503
        $null = Invoke-FakeNotionControl requests DELETE -BaseUri $first.BaseUri
        @((Invoke-FakeNotionControl requests -BaseUri $first.BaseUri).requests).Count | Should -Be 0
    }

    It 'fails where it is told what it does not know' {
        { Invoke-FakeNotionControl behavior -Body @{ shortPage = $true } -BaseUri $first.BaseUri } |
            Should -Throw '*behavior failed*shortPage*'
        { Invoke-FakeNotionControl ratelimit -Body @{ window = 1 } -BaseUri $first.BaseUri } |
            Should -Throw '*ratelimit failed*There is no window here*'
    }

    It 'fails with the control endpoint''s message' {
        { Invoke-FakeNotionControl faults -Body @{ kind = 'nonsense' } } | Should -Throw '*faults failed*nonsense*'
    }

    It 'says that the program is missing, or why it did not start' {
        { Start-FakeNotion -Rows -1 } | Should -Throw '*did not start*--rows*'
        {
            Start-FakeNotion -Path (Join-Path $PSScriptRoot 'missing.dll')
        } | Should -Throw 'There is no simulated Notion *missing.dll*'
    }

    It 'gives a port that can be listened on' {
        $port = Get-FreePort
        foreach ($address in [Net.IPAddress]::Loopback, [Net.IPAddress]::IPv6Loopback) {
            $listener = [Net.Sockets.TcpListener]::new($address, $port)
            { $listener.Start() } | Should -Not -Throw
            $listener.Stop()
        }
    }

    It 'has help with an example for each function' {
        foreach ($command in Get-Command -Module FakeNotion) {
            $help = Get-Help $command.Name
            $help.Synopsis | Should -Not -BeNullOrEmpty -Because $command.Name
            $help.examples | Should -Not -BeNullOrEmpty -Because $command.Name
        }
    }

    It 'ends a program at once' {
        $third = Start-FakeNotion
        Stop-FakeNotion
        $third.Process.WaitForExit(20000) | Should -BeTrue
        $first.Process.HasExited | Should -BeFalse
    }

    It 'begins with the behavior that is asked for' {
        $third = Start-FakeNotion -Behavior @{ shortPages = $true; searchLeavesOut = 3 }
        try {
            $behavior = (Invoke-FakeNotionControl state -BaseUri $third.BaseUri).behavior
            $behavior.shortPages, $behavior.searchLeavesOut | Should -Be $true, 3
        }
        finally {
            Stop-FakeNotion $third
        }
    }
}
