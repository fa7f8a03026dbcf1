BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $callbackPort = ([uri]$fake.RedirectUri).Port
}

AfterAll { Stop-FakeNotion $fake }

Describe 'The sign-in of Connect-NotionWorkspace' {
    It 'goes on after requests that are not the callback' {
        $arguments = (New-FakeApp).SignIn
        $person = Set-Person 'path /favicon.ico', 'path /callback/', 'callback code=stolen&state=wrong', visit
        $connection = Connect-NotionWorkspace @arguments -SessionOnly -WarningVariable warnings 3>$null 6>$null
        $connection.AuthType | Should -Be 'OAuth'
        1..4 | ForEach-Object { Get-PersonStatus $person $_ } | Should -Be 404, 404, 400, 200
        "$warnings" | Should -Match 'state'
    }

    It 'goes on with -Debug where no person can be asked: <Where>' -ForEach @{
        Where = 'a runspace of its own'
    }, @{ Where = 'pwsh -NonInteractive' } {
        $app, $token = (New-FakeApp), (New-FakeToken)
        $arguments = $app.SignIn
        $person = Set-Person 'callback code=stolen&state=wrong', visit
        if ($Where -eq 'a runspace of its own') {
            $run = Invoke-InRunspace {
                (Connect-NotionWorkspace @arguments -SessionOnly -Debug).Name
            } @{ arguments = $arguments }
            $run.Errors | Should -BeNullOrEmpty
            $run.Output | Should -BeExactly $app.Workspace
            "$($run.Warnings)" | Should -Match 'state'
            "$($run.Verbose)" | Should -Match '/v1/oauth/token 200'
        }
        else {
            try {
                $env:NOTION_CLIENT_ID, $env:NOTION_CLIENT_SECRET, $env:NOTION_TOKEN =
                    $app.ClientId, $app.ClientSecret, $token.Text
                $lines = Invoke-InProcess @"
`$place = @{ RedirectUri = '$($fake.RedirectUri)'; BaseUri = '$($fake.BaseUri)' }
(Connect-NotionWorkspace @place -TimeoutSec 20 -SessionOnly -Debug 4>`$null 3>`$null 6>`$null).Name
(Connect-NotionWorkspace -FromEnvironment -BaseUri '$($fake.BaseUri)' -SessionOnly -Debug 4>`$null).Name
"@
            }
            finally {
                $env:NOTION_CLIENT_ID = $env:NOTION_CLIENT_SECRET = $env:NOTION_TOKEN = $null
            }

            $lines | Should -Be $app.Workspace, $token.Workspace
        }

        Get-PersonStatus $person 1 | Should -Be 400
    }

    It 'ends at a refused callback where -WarningAction Stop wants that' {
        $arguments = (New-FakeApp).SignIn
        $null = Set-Person 'callback code=stolen&state=wrong', visit
        {
            Connect-NotionWorkspace @arguments -SessionOnly -WarningAction Stop 6>$null
        } | Should -Throw -ErrorId 'ActionPreferenceStop*'
    }

    It 'answers a callback once' {
        $arguments = (New-FakeApp).SignIn
        $null = Set-Person visit
        $null = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        {
            [Net.Sockets.TcpClient]::new('localhost', $callbackPort).Dispose()
        } | Should -Throw -Because 'the port is closed once the sign-in is over'
    }

    It 'listens on the first redirect URI whose port is free, and sends Notion exactly that one' {
        $port = Get-FreePort
        $second = "http://localhost:$port/notion/CallBack"
        $app = New-FakeApp -RedirectUri $second
        $arguments = $app.SignIn
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $callbackPort)
        $listener.Start()
        Clear-FakeRequest
        try {
            $null = Set-Person visit
            $null = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        }
        finally {
            $listener.Stop()
        }

        (Get-FakeRequest '/v1/oauth/token').body | ConvertFrom-Json | ForEach-Object redirect_uri |
            Should -BeExactly $second
    }

    It 'asks for the owner <Owner>' -ForEach @{ Owner = 'user' }, @{ Owner = 'workspace' } {
        $arguments = (New-FakeApp).SignIn
        Clear-FakeRequest
        $null = Set-Person visit
        $null = Connect-NotionWorkspace @arguments -Owner $Owner -SessionOnly 6>$null
        foreach ($request in Get-FakeRequest '/v1/oauth/authorize') {
            $request.query | Should -Match "[?&]owner=$Owner(&|$)"
        }
    }

    It 'uses a new state of 128 bits or more each time' {
        $arguments = (New-FakeApp).SignIn
        $states = foreach ($round in 1, 2) {
            Clear-FakeRequest
            $null = Set-Person visit
            $null = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
            (Get-FakeRequest '/v1/oauth/authorize')[-1].query -match '[?&]state=([^&]+)' | Should -BeTrue
            $Matches[1]
        }

        $states[0] | Should -Not -BeExactly $states[1]
        foreach ($state in $states) { $state.Length | Should -BeGreaterOrEqual 22 }
    }

    It 'understands an owner of the shape <Shape>' -ForEach @{ Shape = 'UserFull' }, @{ Shape = 'UserPartial' },
            @{ Shape = 'UserWithEmptyPerson' }, @{ Shape = 'Workspace' } {
        $arguments = (New-FakeApp).SignIn
        $null = Set-Person visit
        try {
            Set-FakeBehavior @{ ownerShape = $Shape }
            $connection = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
        }
        finally {
            Set-FakeBehavior @{ ownerShape = 'UserFull' }
        }

        $connection.OwnerType | Should -BeExactly ($Shape -eq 'Workspace' ? 'workspace' : 'user')
        [bool]$connection.OwnerEmail | Should -Be ($Shape -eq 'UserFull')
        [bool]$connection.OwnerId | Should -Be ($Shape -ne 'Workspace')
    }

    It 'understands OAuth errors of the shape that the reference documents too' {
        $app = New-FakeApp
        $null = Set-Person visit
        try {
            Set-FakeBehavior @{ documentedOAuthErrors = $true }
            Assert-NotionError {
                Connect-NotionWorkspace -ClientId $app.ClientId -ClientSecret (
                    ConvertTo-Secret 'secret_wrong'
                ) -RedirectUri $fake.RedirectUri -BaseUri $fake.BaseUri -TimeoutSec 20 -SessionOnly 6>$null
            } -Id InvalidClient -Category AuthenticationError
        }
        finally {
            Set-FakeBehavior @{ documentedOAuthErrors = $false }
        }
    }

    It 'prints the address and opens nothing with -NoBrowser' {
        $arguments = (New-FakeApp).SignIn
        $person = Set-Person visit
        $shell = New-RunspaceShell @{ arguments = $arguments }
        $null = $shell.AddScript('Connect-NotionWorkspace @arguments -NoBrowser -SessionOnly')
        try {
            $run = $shell.BeginInvoke()
            Wait-Until { $shell.Streams.Information.Count -gt 0 -or $run.IsCompleted } 'the address was printed'
            "$($shell.Streams.Information[0])" -match "$([regex]::Escape($fake.BaseUri))v1/oauth/authorize\S+" |
                Should -BeTrue
            $address = $Matches[0]
            Join-Path $person address | Should -Not -Exist
            & $env:BROWSER $address
            $shell.EndInvoke($run).AuthType | Should -Be 'OAuth'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }

    It 'keeps the Notion-Version of -NotionVersion and sends it with every request' {
        $arguments = (New-FakeToken).SignIn
        $connection = Connect-NotionWorkspace @arguments -NotionVersion 2022-06-28 -SessionOnly
        $connection.NotionVersion | Should -BeExactly '2022-06-28'
        Clear-FakeRequest
        $null = Invoke-NotionRequest users/me
        (Get-FakeRequest '/v1/users/me').headers.'Notion-Version' | Should -BeExactly '2022-06-28'
    }

    It 'ends at once with Ctrl+C, and frees the port' {
        $arguments = (New-FakeApp).SignIn
        $null = Set-Person nothing
        $shell = New-RunspaceShell @{ arguments = $arguments }
        $null = $shell.AddScript('Connect-NotionWorkspace @arguments -SessionOnly')
        try {
            $run = $shell.BeginInvoke()
            $person = $env:NOTIONAUTH_TEST_PERSON
            Wait-Until { (Test-Path -LiteralPath "$person/done") -or $run.IsCompleted } 'the browser opened'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }

        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $callbackPort)
        try { { $listener.Start() } | Should -Not -Throw } finally { $listener.Stop() }
    }

    It 'does not hand the secrets in the environment to the browser' {
        $app = New-FakeApp
        $person = Set-Person visit
        try {
            $env:NOTION_CLIENT_ID, $env:NOTION_CLIENT_SECRET = $app.ClientId, $app.ClientSecret
            $place = @{ RedirectUri = $fake.RedirectUri; BaseUri = $fake.BaseUri }
            $null = Connect-NotionWorkspace @place -TimeoutSec 20 -SessionOnly 6>$null
        }
        finally {
            $env:NOTION_CLIENT_ID = $env:NOTION_CLIENT_SECRET = $null
        }

        Get-Content -LiteralPath "$person/environment" -Raw | Should -Not -Match ([regex]::Escape($app.ClientSecret))
        Get-Content -LiteralPath "$person/environment" -Raw | Should -Match 'PATH='
    }
}
