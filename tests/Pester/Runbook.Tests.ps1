BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
}

AfterAll { Stop-FakeNotion $fake }

Describe 'The end of a token in a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll { $vault = New-TestVault -Kind $Kind }

    It 'is kept with the connection and shown, in this process and in others' {
        $arguments = (New-FakeToken).SignIn
        $end = [datetime]::new(2199, 12, 31)
        $connection = Connect-NotionWorkspace @arguments -ExpiresOn '2199-12-31' -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $connection.ExpiresOn | Should -Be $end.ToUniversalTime()
        $connection.ExpiresOn.Kind | Should -Be 'Utc'
        (Get-NotionConnection $connection.Name).ExpiresOn | Should -Be $end.ToUniversalTime()
        Invoke-InProcess "(Get-NotionConnection '$($connection.Name)').ExpiresOn.ToLocalTime().ToString('yyyy-MM-dd')" |
            Should -Be '2199-12-31'
    }

    It 'is kept with a token of the environment, and warned of when it is near' {
        $token = New-FakeToken
        $env:NOTION_TOKEN = $token.Text
        try {
            $end = [datetime]::Now.AddDays(9.5)
            $made = @{ BaseUri = $fake.BaseUri; ExpiresOn = $end; WarningAction = 'SilentlyContinue' }
            $connection = Connect-NotionWorkspace -FromEnvironment @made -WarningVariable warnings
        }
        finally {
            $env:NOTION_TOKEN = $null
        }
        $connection.ExpiresOn | Should -Be $end.ToUniversalTime()
        "$warnings" | Should -Match "The token of '$($connection.Name)' ends on $($end.ToString('yyyy-MM-dd')).* in 10 days"
        $null = Connect-NotionWorkspace -Name $connection.Name -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'in 10 days'

        # Another process: once, however many requests it makes.
        $output = @(Invoke-InProcess (
                "1..3 | ForEach-Object { `$null = Invoke-NotionRequest users/me -Connection '$($connection.Name)' } 3>&1; " +
                "'DONE'"))
        $output.Count | Should -BeGreaterThan 1
        [regex]::Matches("$output", 'in 10 days').Count | Should -Be 1
    }

    It 'stands in the error of a token that Notion refuses, once it is past' {
        $token = New-FakeToken
        $arguments = $token.SignIn
        $end = [datetime]::Now.AddDays(-3)
        $connection = Connect-NotionWorkspace @arguments -ExpiresOn $end -WarningAction SilentlyContinue
        $null = Invoke-FakeNotionControl 'revoke' -Body @{ botId = $connection.BotId }
        $expected = @{ Id = 'Unauthorized'; Category = 'AuthenticationError' }
        Assert-NotionError {
            Invoke-NotionRequest users/me -Connection $connection.Name -WarningAction SilentlyContinue
        } @expected -Says "was to end on $($end.ToString('yyyy-MM-dd'))"
    }

    It 'is a mistake where nothing is in the variable' {
        $arguments = (New-FakeToken).SignIn
        Assert-NotionError {
            Connect-NotionWorkspace @arguments -ExpiresOn $null
        } -Id MissingValue -Category InvalidArgument -Says '-ExpiresOn'
    }
}
