# The whole life of a session in a process that has no SecretManagement, and each way into a vault with its error.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    $modulePath = Get-TestModulePath
    Initialize-NotionAuthTest -NoSecretManagement
    $fake = Start-FakeNotion

    function Test-Loaded {
        <#
        .SYNOPSIS
        Whether this process has loaded SecretManagement.
        #>
        [AppDomain]::CurrentDomain.GetAssemblies().Where(
            { $_.GetName().Name -eq 'Microsoft.PowerShell.SecretManagement' }
        ).Count -gt 0
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Without SecretManagement' {
    It 'the module is imported, and no module is required' {
        Get-Module -Name NotionAuth | Should -Not -BeNullOrEmpty
        (Get-Module -Name NotionAuth).RequiredModules | Should -BeNullOrEmpty
        Get-Module -ListAvailable -Name Microsoft.PowerShell.SecretManagement | Should -BeNullOrEmpty
    }

    Context 'a session with <How>' -ForEach @{ How = 'a token' }, @{ How = 'a token from the environment' } {
        BeforeAll {
            $token = New-FakeToken
            $arguments = $token.SignIn
            if ($How -ne 'a token') {
                $env:NOTION_TOKEN = $token.Text
                $arguments = @{ FromEnvironment = $true; BaseUri = $fake.BaseUri }
            }

            try { $connection = Connect-NotionWorkspace @arguments -SessionOnly -Name 'Session' }
            finally { $env:NOTION_TOKEN = $null }
        }

        It 'is connected, and lists its connection' {
            $connection.Vault | Should -BeExactly ''
            (Get-NotionConnection).Name | Should -BeExactly 'Session'
            (Get-NotionConnection -Current).BotId | Should -BeExactly $connection.BotId
            (Get-NotionConnection Ses*).IsCurrent | Should -BeTrue
        }

        It 'tests its token' { (Test-NotionToken Session).Status | Should -Be 'Active' }

        It 'sends requests, also by the name' {
            (Invoke-NotionRequest users/me).bot.workspace_name | Should -BeExactly $token.Workspace
            (Invoke-NotionRequest users/me -Connection Session).bot.workspace_name | Should -BeExactly $token.Workspace
        }

        It 'is taken again by its name, and is forgotten' {
            (Connect-NotionWorkspace -Name Session).IsCurrent | Should -BeTrue
            Revoke-NotionToken Session -LocalOnly -Confirm:$false
            Get-NotionConnection | Should -BeNullOrEmpty
        }

        AfterAll { (Test-Loaded) | Should -BeFalse }
    }

    Context 'a session with a browser' {
        BeforeAll {
            $app = New-FakeApp
            $arguments = $app.SignIn
            $person = Set-Person
            $connection = Connect-NotionWorkspace @arguments -SessionOnly
            $null = Get-PersonPage $person
        }

        It 'refreshes its token' {
            Invoke-FakeExpiry $connection.BotId
            (Invoke-NotionRequest users/me).bot.workspace_name | Should -BeExactly $app.Workspace
            (Get-NotionConnection -Current).RefreshedAt | Should -Not -BeNullOrEmpty
        }

        It 'revokes its tokens at Notion' {
            (Test-NotionToken).Method | Should -Be 'Introspect'
            Revoke-NotionToken -Confirm:$false
            @((Get-FakeState).tokens |
                Where-Object { $_.botId -eq $connection.BotId -and $_.refreshState -eq 'Active' }) |
                Should -BeNullOrEmpty
            Get-NotionConnection | Should -BeNullOrEmpty
        }

        AfterAll { (Test-Loaded) | Should -BeFalse }
    }

    Context 'and a token that is passed to a command' {
        BeforeAll { $token = New-FakeToken }

        It 'is used and tested' {
            $arguments = $token.SignIn
            (Invoke-NotionRequest users/me @arguments).bot.workspace_name | Should -BeExactly $token.Workspace
            (Test-NotionToken @arguments).Status | Should -Be 'Active'
        }
    }

    Context 'what needs a vault' {
        BeforeAll {
            $app = New-FakeApp
            $withToken = (New-FakeToken).SignIn
            $withBrowser = $app.SignIn
            $env:NOTION_TOKEN = (New-FakeToken).Text
        }

        BeforeEach { Clear-FakeRequest }

        AfterAll { $env:NOTION_TOKEN = $null }

        It 'is an error before anything is sent: <Name>' -ForEach @(
            @{ Name = 'Connect-NotionWorkspace with a token'; Command = { Connect-NotionWorkspace @withToken } }
            @{
                Name = 'Connect-NotionWorkspace with a token for a vault'
                Command = { Connect-NotionWorkspace @withToken -Vault Personal }
            }
            @{
                Name = 'Connect-NotionWorkspace with a token from the environment'
                Command = { Connect-NotionWorkspace -FromEnvironment -BaseUri $fake.BaseUri }
            }
            @{ Name = 'Connect-NotionWorkspace with a browser'; Command = { Connect-NotionWorkspace @withBrowser } }
            @{
                Name = 'Connect-NotionWorkspace with a stored connection'
                Command = { Connect-NotionWorkspace -Name Acme }
            }
            @{ Name = 'Get-NotionConnection with a name'; Command = { Get-NotionConnection Acme -ErrorAction Stop } }
            @{
                Name = 'Get-NotionConnection with a vault'
                Command = { Get-NotionConnection -Vault Personal -ErrorAction Stop }
            }
            @{ Name = 'Test-NotionToken'; Command = { Test-NotionToken Acme -ErrorAction Stop } }
            @{
                Name = 'Test-NotionToken with a vault'
                Command = { Test-NotionToken Acme -Vault Personal -ErrorAction Stop }
            }
            @{
                Name = 'Invoke-NotionRequest'
                Command = { Invoke-NotionRequest users/me -Connection Acme -ErrorAction Stop }
            }
            @{
                Name = 'Invoke-NotionRequest with a vault'
                Command = { Invoke-NotionRequest users/me -Connection Acme -Vault Personal -ErrorAction Stop }
            }
            @{ Name = 'Revoke-NotionToken'; Command = { Revoke-NotionToken Acme -Confirm:$false -ErrorAction Stop } }
            @{
                Name = 'Revoke-NotionToken -LocalOnly'
                Command = { Revoke-NotionToken Acme -LocalOnly -Confirm:$false -ErrorAction Stop }
            }
        ) {
            $expected = @{ Says = 'Microsoft\.PowerShell\.SecretManagement'; Advises = 'Install-Module.*-SessionOnly' }
            Assert-NotionError $Command -Id SecretManagementMissing -Category NotInstalled @expected
            Get-FakeRequest | Should -BeNullOrEmpty
        }

        It 'is nothing that Get-NotionConnection alone would need, nor completion' {
            $global:Error.Clear()
            Get-NotionConnection | Should -BeNullOrEmpty
            foreach ($text in 'Get-NotionConnection -Name a', 'Get-NotionConnection -Vault a') {
                $null = TabExpansion2 -inputScript $text -cursorColumn $text.Length
            }
            $global:Error | Should -BeNullOrEmpty
        }

        It 'works in the same process once the module is there' {
            Test-Loaded | Should -BeFalse
            $env:PSModulePath = $modulePath
            try {
                Assert-NotionError {
                    Connect-NotionWorkspace @withToken
                } -Id VaultNotConfigured -Category InvalidOperation
            }
            finally { $env:PSModulePath = Join-Path $PSHOME 'Modules' }
            Test-Loaded | Should -BeTrue
        }
    }
}
