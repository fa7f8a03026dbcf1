BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    if (-not (Get-Command -Name script -CommandType Application -ErrorAction Ignore)) { throw 'These tests need a pseudo-terminal: install script (util-linux).' }
    $fake = Start-FakeNotion

    function Start-Terminal {
        <#
        .SYNOPSIS
        Starts the scenario on a pseudo-terminal; what it shows gathers in Shown.
        #>
        [CmdletBinding()]
        param([hashtable] $Environment)

        $start = [Diagnostics.ProcessStartInfo]::new('script')
        foreach ($argument in '-q', '-e', '-f', '-c', "pwsh -NoProfile -NoLogo -File '$(Join-Path $PSScriptRoot 'Support/PromptScenario.ps1')'", '/dev/null') { $start.ArgumentList.Add($argument) }
        foreach ($name in $Environment.Keys) { $start.Environment[$name] = $Environment[$name] }
        $start.Environment['TERM'] = 'xterm'
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $process = [Diagnostics.Process]::Start($start)
        [pscustomobject]@{ Process = $process; Shown = [Text.StringBuilder]::new(); Buffer = [char[]]::new(4096); Reading = $null; Answered = 0 }
    }

    function Wait-Shown {
        <#
        .SYNOPSIS
        Reads the terminal until it shows a text; returns everything that it has shown.
        #>
        [CmdletBinding()]
        param($Terminal, [string] $Pattern)

        Wait-Until -What "the terminal showed '$Pattern'" -Condition {
            if (-not $Terminal.Reading) { $Terminal.Reading = $Terminal.Process.StandardOutput.ReadAsync($Terminal.Buffer, 0, $Terminal.Buffer.Length) }
            if ($Terminal.Reading.Wait(100)) {
                $null = $Terminal.Shown.Append($Terminal.Buffer, 0, $Terminal.Reading.Result)
                $Terminal.Reading = $null
            }

            # A terminal that is asked where its cursor is answers.
            $asked = [regex]::Matches("$($Terminal.Shown)", "`e\[6n").Count
            for (; $Terminal.Answered -lt $asked; $Terminal.Answered++) {
                $Terminal.Process.StandardInput.Write("`e[1;1R")
                $Terminal.Process.StandardInput.Flush()
            }

            if ($Terminal.Process.HasExited -and "$($Terminal.Shown)" -notmatch $Pattern) { throw "The terminal ended before it showed '$Pattern': $($Terminal.Shown)" }
            "$($Terminal.Shown)" -match $Pattern
        }

        "$($Terminal.Shown)"
    }

    function Send-Line {
        <#
        .SYNOPSIS
        Types a line.
        #>
        [CmdletBinding()]
        param($Terminal, [string] $Text)

        $Terminal.Process.StandardInput.Write("$Text`r")
        $Terminal.Process.StandardInput.Flush()
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'A person at a terminal' {
    BeforeEach {
        $app = New-FakeApp
        $null = Set-Person visit
        $transcript = Join-Path (New-TestFolder 'terminal') 'transcript.txt'
        $environment = @{
            PROMPT_CLIENT = $app.ClientId; PROMPT_BASE = $fake.BaseUri; PROMPT_REDIRECT = $fake.RedirectUri; PROMPT_TRANSCRIPT = $transcript
            NOTIONAUTH_MODULE_PATH = Get-NotionAuthPath
        }
    }

    AfterEach { if (-not $terminal.Process.HasExited) { $terminal.Process.Kill($true) } }

    It 'is asked for the client secret, which shows neither on the screen nor in the transcript' {
        $terminal = Start-Terminal $environment
        $null = Wait-Shown $terminal "Client secret of $($app.ClientId): "
        Send-Line $terminal $app.ClientSecret
        $shown = Wait-Shown $terminal "CONNECTED TO $($app.Workspace)"
        $shown.Contains($app.ClientSecret) | Should -BeFalse
        $terminal.Process.WaitForExit(30000) | Should -BeTrue
        $text = Get-Content -LiteralPath $transcript -Raw
        $text | Should -Match 'CONNECTED TO'
        $text.Contains($app.ClientSecret) | Should -BeFalse
    }

    It 'pastes the address that the browser ended on with -PasteCallback, which shows nowhere either' {
        $environment.PROMPT_PASTE = '1'
        $environment.NOTION_CLIENT_ID, $environment.NOTION_CLIENT_SECRET = $app.ClientId, $app.ClientSecret
        $terminal = Start-Terminal $environment
        $shown = Wait-Shown $terminal 'Paste the address'
        ($shown -replace '\s') -match "$([regex]::Escape($fake.BaseUri))v1/oauth/authorize\?[\w%&=.-]+?(?=Ctrl\+C)" | Should -BeTrue
        $address = $Matches[0]
        $handler = [Net.Http.HttpClientHandler]@{ AllowAutoRedirect = $false }
        $callback = [Net.Http.HttpClient]::new($handler).GetAsync($address).GetAwaiter().GetResult().Headers.Location.OriginalString
        $code = [regex]::Match($callback, 'code=([^&]+)').Groups[1].Value
        $code | Should -Not -BeNullOrEmpty

        Send-Line $terminal $callback
        $shown = Wait-Shown $terminal "CONNECTED TO $($app.Workspace)"
        $shown.Contains($code) | Should -BeFalse
        $terminal.Process.WaitForExit(30000) | Should -BeTrue
        (Get-Content -LiteralPath $transcript -Raw).Contains($code) | Should -BeFalse
    }
}
