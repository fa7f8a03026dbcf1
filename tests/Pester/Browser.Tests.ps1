BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    Initialize-Chromium
    $fake = Start-FakeNotion
    $vault = New-TestVault -Kind NoMetadata

    function Connect-WithChromium {
        <#
        .SYNOPSIS
        Signs in with a person at a real Chromium; returns the connection or the error, and what the person saw.
        #>
        [CmdletBinding()]
        param([hashtable] $SignIn, [hashtable] $Plan)

        $folder = Set-ChromiumPerson $Plan
        $found = @{ Connection = $null }
        $record = Get-ErrorOf { $found.Connection = Connect-NotionWorkspace @SignIn 6>$null }
        [pscustomobject]@{ Connection = $found.Connection; Error = $record; Report = Get-ChromiumReport $folder }
    }

    function Assert-ResultPage {
        <#
        .SYNOPSIS
        What is so for every page that a sign-in ends on.
        #>
        [CmdletBinding()]
        param($Report, [int] $Status)

        $page = $Report.result
        $page.status | Should -Be $Status
        $page.address | Should -BeExactly $fake.RedirectUri
        $page.language | Should -BeExactly 'en'
        $page.scripts | Should -Be 0
        # Chromium writes the page's own status 400 to the console, too.
        @($Report.console | Where-Object { $_ -notmatch 'the server responded with a status of 400' }) |
            Should -BeNullOrEmpty -Because 'a page that breaks its own policy says so in the console'
        $Report.errors | Should -BeNullOrEmpty
        @(
            $Report.requests | Where-Object {
                $_ -notlike "$($fake.BaseUri)*" -and $_ -notlike "$($fake.RedirectUri)*" -and $_ -notlike 'data:*'
            }
        ) | Should -BeNullOrEmpty -Because 'the page is complete in itself'
        $page.headers.'cache-control' | Should -BeExactly 'no-store'
        $page.headers.'referrer-policy' | Should -BeExactly 'no-referrer'
        $page.headers.'x-content-type-options' | Should -BeExactly 'nosniff'
        $page.headers.'content-type' | Should -BeExactly 'text/html; charset=utf-8'
        $page.headers.'content-security-policy' | Should -Match "^default-src 'none'; style-src 'sha256-"
        $page.headers.'content-security-policy' | Should -Match "frame-ancestors 'none'"
        $page.light | Should -Not -BeExactly $page.dark -Because 'there is a light and a dark page'
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'A sign-in with a real Chromium' {
    AfterEach { Clear-FakeFault }

    It 'ends with a connection and a page that shows it when the person picks pages and presses Allow' {
        $app = New-FakeApp -Workspace 'Acme' -Approval off -Icon '🚀'
        $seen = Connect-WithChromium $app.SignIn @{ press = 'allow'; uncheck = @('Roadmap') }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Report.consent.title | Should -Match 'NotionAuth tests'
        $seen.Report.consent.abilities.Count | Should -BeGreaterThan 1
        $seen.Report.consent.pages | Should -Contain 'Roadmap'

        $shared = ((Get-FakeState).bots | Where-Object id -EQ $seen.Connection.BotId).sharedPages
        $shared.Count | Should -Be ($seen.Report.consent.pages.Count - 1) -Because 'Roadmap was left out'
        @(
            Invoke-NotionRequest search -Method POST -Body @{
                filter = @{ property = 'object'; value = 'page' }
            } -All -Connection $seen.Connection.Name -Raw | Select-String '"plain_text":"Roadmap"'
        ).Count | Should -Be 0

        Assert-ResultPage $seen.Report 200
        $page = $seen.Report.result
        $page.title | Should -BeExactly 'Connected to Acme · NotionAuth'
        $page.heading | Should -BeExactly 'Connected to Acme'
        $page.tile | Should -Match '🚀'
        $page.status_role | Should -Match 'You can close this tab and go back to PowerShell'
        foreach ($token in (Get-FakeState).tokens) {
            $page.text | Should -Not -Match ([regex]::Escape($token.accessToken))
        }
    }

    It 'shows a letter and fetches nothing where the icon is a picture, and the connection''s name where it differs' {
        $app = New-FakeApp -Workspace 'Pictures' -Icon "$($fake.BaseUri)icon.png"
        $seen = Connect-WithChromium ($app.SignIn + @{ Name = 'My pictures' }) @{ press = $null }
        $seen.Error | Should -BeNullOrEmpty
        Assert-ResultPage $seen.Report 200
        $seen.Report.result.images | Should -BeNullOrEmpty
        $seen.Report.result.tile | Should -Match 'P'
        $seen.Report.result.text | Should -Match 'My pictures'
        @(Get-FakeRequest | Where-Object Path -EQ '/icon.png').Count | Should -Be 0
    }

    It 'ends with AccessDenied and a page that shows it when the person presses Cancel' {
        $app = New-FakeApp -Approval off
        $before = Get-VaultContent
        $seen = Connect-WithChromium $app.SignIn @{ press = 'deny' }
        Assert-NotionError -Record $seen.Error -Id AccessDenied -Category PermissionDenied
        Get-VaultContent | Should -BeExactly $before
        Assert-ResultPage $seen.Report 400
        $page = $seen.Report.result
        $page.title | Should -BeExactly 'Access was not granted · NotionAuth'
        $page.heading | Should -BeExactly 'Access was not granted'
        $page.text | Should -Match 'What to do'
        $page.text | Should -Match 'Connect-NotionWorkspace'
    }

    It 'shows an error page when the exchange fails after the person pressed Allow' {
        $app = New-FakeApp -Approval off
        # Not a wrong secret: that is found before a browser opens.
        Add-FakeFault @{ status = 401; code = 'invalid_client'; path = '/v1/oauth/token' }
        $seen = Connect-WithChromium $app.SignIn @{ press = 'allow' }
        Assert-NotionError -Record $seen.Error -Id InvalidClient -Category AuthenticationError
        Assert-ResultPage $seen.Report 400
        $seen.Report.result.heading | Should -BeExactly 'Notion is not connected'
        $seen.Report.result.text | Should -Not -Match ([regex]::Escape($app.ClientSecret))
    }

    It 'shows a workspace name as the text that it is' {
        $name = '<img src=x onerror=alert(1)><script>alert(2)</script>'
        $app = New-FakeApp -Workspace $name
        $seen = Connect-WithChromium $app.SignIn @{ press = $null }
        $seen.Error | Should -BeNullOrEmpty
        Assert-ResultPage $seen.Report 200
        $seen.Report.result.heading | Should -BeExactly "Connected to $name"
        $seen.Report.result.images | Should -BeNullOrEmpty
    }
}
