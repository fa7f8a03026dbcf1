BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    if (-not (Get-Command -Name script -CommandType Application -ErrorAction Ignore)) {
        throw 'These tests need a pseudo-terminal: install script (util-linux).'
    }
    $fake = Start-FakeNotion

    function Start-Terminal {
        <#
        .SYNOPSIS
        Starts the scenario on a pseudo-terminal; what it shows gathers in Shown.
        #>
        [CmdletBinding()]
        param([hashtable] $Environment)

        $start = [Diagnostics.ProcessStartInfo]::new('script')
        foreach ($argument in '-q', '-e', '-f', '-c',
                "pwsh -NoProfile -NoLogo -File '$(Join-Path $PSScriptRoot 'Support/PromptScenario.ps1')'",
                '/dev/null') {
            $start.ArgumentList.Add($argument)
        }
        foreach ($name in $Environment.Keys) { $start.Environment[$name] = $Environment[$name] }
        $start.Environment['TERM'] = 'xterm'
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $process = [Diagnostics.Process]::Start($start)
        [pscustomobject]@{
            Process = $process; Shown = [Text.StringBuilder]::new(); Buffer = [char[]]::new(4096); Reading = $null
            Answered = 0
        }
    }

    function Read-Terminal {
        <#
        .SYNOPSIS
        Reads what the terminal shows. A terminal answers at once where its cursor is: a late answer would count as
        typed.
        #>
        [CmdletBinding()]
        param($Terminal)

        if (-not $Terminal.Reading) {
            $Terminal.Reading = $Terminal.Process.StandardOutput.ReadAsync($Terminal.Buffer, 0, $Terminal.Buffer.Length)
        }
        if ($Terminal.Reading.Wait(100)) {
            $null = $Terminal.Shown.Append($Terminal.Buffer, 0, $Terminal.Reading.Result)
            $Terminal.Reading = $null
        }

        $asked = [regex]::Matches("$($Terminal.Shown)", "`e\[6n").Count
        for (; $Terminal.Answered -lt $asked; $Terminal.Answered++) {
            $Terminal.Process.StandardInput.Write("`e[1;1R")
            $Terminal.Process.StandardInput.Flush()
        }
    }

    function Wait-Shown {
        <#
        .SYNOPSIS
        Reads the terminal until it shows a text; returns everything that it has shown.
        #>
        [CmdletBinding()]
        param($Terminal, [string] $Pattern)

        Wait-Until -What "the terminal showed '$Pattern'" -Condition {
            Read-Terminal $Terminal
            if ($Terminal.Process.HasExited -and "$($Terminal.Shown)" -notmatch $Pattern) {
                throw "The terminal ended before it showed '$Pattern': $($Terminal.Shown)"
            }
            "$($Terminal.Shown)" -match $Pattern
        }

        # Without its control characters, which no report of a test may have.
        "$($Terminal.Shown)" -replace '\e'
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
            PROMPT_CLIENT = $app.ClientId
            PROMPT_BASE = $fake.BaseUri
            PROMPT_REDIRECT = $fake.RedirectUri
            PROMPT_TRANSCRIPT = $transcript
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
        ($shown -replace '\s') -match "$([regex]::Escape($fake.BaseUri))v1/oauth/authorize\?[\w%&=.-]+?(?=Ctrl\+C)" |
            Should -BeTrue
        $address = $Matches[0]
        $handler = [Net.Http.HttpClientHandler]@{ AllowAutoRedirect = $false }
        $callback = [Net.Http.HttpClient]::new(
            $handler
        ).GetAsync($address).GetAwaiter().GetResult().Headers.Location.OriginalString
        $code = [regex]::Match($callback, 'code=([^&]+)').Groups[1].Value
        $code | Should -Not -BeNullOrEmpty

        Send-Line $terminal $callback
        $shown = Wait-Shown $terminal "CONNECTED TO $($app.Workspace)"
        $shown.Contains($code) | Should -BeFalse
        $terminal.Process.WaitForExit(30000) | Should -BeTrue
        (Get-Content -LiteralPath $transcript -Raw).Contains($code) | Should -BeFalse
    }
}

Describe 'A person at the terminal of a SecretStore with a password' -Tag SecretStore -Skip:(-not (Test-SecretStore)) {
    BeforeAll {
        $password = "Open$(Get-SecretMark)"
        $homeFolder = New-TestFolder 'locked'
        Initialize-SecretStore -HomeFolder $homeFolder -PasswordText $password
        $unlock = "Unlock-SecretStore -Password ([Net.NetworkCredential]::new('', '$password').SecurePassword)"
        $token = New-FakeToken
        $secret = "([Net.NetworkCredential]::new('', '$($token.Text)').SecurePassword)"

        function Invoke-There {
            # In a process that has unlocked the store and has no terminal, while another one may ask at a terminal.
            param([string] $Script, $Terminal)
            $start = [Diagnostics.ProcessStartInfo]::new('pwsh')
            $whole = "`$PSStyle.OutputRendering = 'PlainText'; Import-Module '$(Get-NotionAuthPath)', " +
                "Microsoft.PowerShell.SecretStore; $unlock; $Script"
            foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $whole) {
                $start.ArgumentList.Add($argument)
            }
            $start.Environment['HOME'] = $homeFolder
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            $process = [Diagnostics.Process]::Start($start)
            $output, $errors = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
            try {
                Wait-Until -What 'the other process ended' -Condition {
                    if ($Terminal) { Read-Terminal $Terminal }
                    $process.HasExited
                }
            }
            finally {
                if (-not $process.HasExited) { $process.Kill($true) }
            }

            if ($process.ExitCode -or $errors.Result) { throw "$($output.Result)$($errors.Result)" }
            @($output.Result -split '\r?\n' | Where-Object { $_ })
        }

        $null = Invoke-There ('Register-SecretVault -Name Personal -ModuleName Microsoft.PowerShell.SecretStore ' +
            '-DefaultVault')
        $null = Invoke-There ('Set-SecretStoreConfiguration -Interaction Prompt -Password ' +
            "([Net.NetworkCredential]::new('', '$password').SecurePassword) -Confirm:`$false")
        (
            Invoke-There ("Connect-NotionWorkspace -Token $secret -BaseUri '$($fake.BaseUri)' -Name Kept | " +
                'ForEach-Object Name')
        ) | Should -Be 'Kept'
        $environment = @{
            HOME = $homeFolder; NOTIONAUTH_MODULE_PATH = Get-NotionAuthPath; PROMPT_TOKEN = $token.Text
            PROMPT_BASE = $fake.BaseUri
        }
        $session = "`$null = Connect-NotionWorkspace -Token ([Net.NetworkCredential]::new('', " +
            "`$env:PROMPT_TOKEN).SecurePassword) -BaseUri `$env:PROMPT_BASE -Name Mine -SessionOnly"
        $asks = "assword of vault 'Personal': "
    }

    AfterEach { if ($terminal -and -not $terminal.Process.HasExited) { $terminal.Process.Kill($true) } }

    It 'is asked once, and no other process waits for the answer' {
        $environment.PROMPT_SCRIPT = "'FOUND ' + (Get-NotionConnection Kept).Name; 'AGAIN ' + (Invoke-NotionRequest " +
            'users/me -Connection Kept).object'
        $terminal = Start-Terminal $environment
        $null = Wait-Shown $terminal $asks

        Invoke-There -Terminal $terminal ('(Get-NotionConnection).Name; Test-NotionToken Kept -Quiet; ' +
            "Connect-NotionWorkspace -Token $secret -BaseUri '$($fake.BaseUri)' -Name Kept | " +
            'ForEach-Object Vault') |
            Should -Be 'Kept', 'True', 'Personal'

        Send-Line $terminal $password
        $shown = Wait-Shown $terminal 'AGAIN user'
        $shown | Should -Match 'FOUND Kept'
        [regex]::Matches($shown, $asks).Count | Should -Be 1
        $shown.Contains($password) | Should -BeFalse
    }

    It 'is asked, while other runspaces of the process use other vaults' {
        $folder, $signal = (New-TestFolder 'vault'), (Join-Path (New-TestFolder 'signal') 'signal')
        $module = Join-Path $PSScriptRoot 'Vaults/NoMetadataVault'
        $null =
            Invoke-There "Register-SecretVault -Name Other -ModuleName '$module' -VaultParameters @{ Path = '$folder' }"
        try {
            $environment.PROMPT_SCRIPT = @"
`$null = Start-ThreadJob {
    Import-Module '$(Get-NotionAuthPath)'
    while (-not (Test-Path '$signal.go')) { [Threading.Thread]::Yield() }
    "COUNT `$(@(Get-NotionConnection -Vault Other).Count)" | Set-Content '$signal.part'
    Move-Item '$signal.part' '$signal.done'
}
'FOUND ' + (Get-NotionConnection Kept).Name
"@
            $terminal = Start-Terminal $environment
            $null = Wait-Shown $terminal $asks
            $null = New-Item -Path "$signal.go"
            Wait-Until -What 'the other runspace has listed its vault' -Condition {
                Read-Terminal $terminal
                Test-Path -LiteralPath "$signal.done"
            }
            Get-Content -LiteralPath "$signal.done" | Should -Be 'COUNT 0'
            Send-Line $terminal $password
            $null = Wait-Shown $terminal 'FOUND Kept'
        }
        finally {
            $null = Invoke-There 'Unregister-SecretVault -Name Other'
        }
    }

    It 'is asked again when the store has locked itself meanwhile, before anything is locked' {
        $environment.PROMPT_SCRIPT = @"
Import-Module Microsoft.PowerShell.SecretStore; $unlock -PasswordTimeout 1
'FIRST ' + (Get-NotionConnection Kept).Name
`$flags = [Reflection.BindingFlags]'Instance, Static, NonPublic'
`$store = [Microsoft.PowerShell.SecretStore.LocalSecretStore].GetField('LocalStore', `$flags).GetValue(`$null)
`$data = `$store.GetType().GetField('_secureStore', `$flags).GetValue(`$store)
while (`$data.GetType().GetField('_password', `$flags).GetValue(`$data)) { [Threading.Thread]::Yield() }
'SECOND ' + (Get-NotionConnection Kept).Name
"@
        $terminal = Start-Terminal $environment
        $null = Wait-Shown $terminal $asks
        Invoke-There -Terminal $terminal '(Get-NotionConnection).Name' | Should -Be 'Kept'
        Send-Line $terminal $password
        Wait-Shown $terminal 'SECOND Kept' | Should -Match 'FIRST Kept'
    }

    It 'ends the command with Ctrl+C, with an error id of its own' {
        $environment.PROMPT_SCRIPT = "trap { 'TRAPPED' }; 1..3 | ForEach-Object { 'users/me' } | " +
            "Invoke-NotionRequest -Connection Kept; 'WENT ON'"
        $terminal = Start-Terminal $environment
        $null = Wait-Shown $terminal $asks
        $terminal.Process.StandardInput.Write([char]3)
        $terminal.Process.StandardInput.Flush()
        $shown = Wait-Shown $terminal 'still locked: the question for its password was ended'
        $terminal.Process.WaitForExit(30000) | Should -BeTrue
        $shown = "$($terminal.Shown)" -replace '\e'
        [regex]::Matches($shown, $asks).Count | Should -Be 1
        $shown | Should -Not -Match 'WENT ON|TRAPPED'
    }

    It 'gets an error id of its own for <What>, and can do it again' -ForEach @(
        @{ What = 'no password'; Typed = ''; Id = 'VaultPromptCancelled' }
        @{ What = 'a wrong password'; Typed = 'wrong'; Id = 'VaultPasswordWrong' }
    ) {
        $environment.PROMPT_SCRIPT =
            "try { Get-NotionConnection Kept -ErrorAction Stop } catch { 'ID ' + `$_.FullyQualifiedErrorId }; " +
            "'FOUND ' + (Get-NotionConnection Kept).Name"
        $terminal = Start-Terminal $environment
        $null = Wait-Shown $terminal $asks
        Send-Line $terminal $Typed
        $shown = Wait-Shown $terminal "$asks(?s:.*)$asks"
        $shown | Should -Match "ID $Id,"
        Send-Line $terminal $password
        $null = Wait-Shown $terminal 'FOUND Kept'
    }

    It 'ends a question that the vault itself asks in the same way' {
        # A store that isn't there yet asks for a new password.
        $environment.HOME = New-TestFolder 'fresh'
        $environment.PROMPT_SCRIPT =
            'Import-Module Microsoft.PowerShell.SecretManagement; Register-SecretVault -Name New -ModuleName ' +
            "Microsoft.PowerShell.SecretStore -DefaultVault; Get-NotionConnection; 'WENT ON'"
        try {
            $terminal = Start-Terminal $environment
            $null = Wait-Shown $terminal 'Enter password:'

            # The question is on the screen a moment before it is read. A Ctrl+C in between ends the command and not the
            # question, which takes the next one.
            $script:presses = 0
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Wait-Until -What 'the question ended' -Condition {
                if ($watch.Elapsed.TotalSeconds -ge 5 * $script:presses) {
                    $script:presses++
                    $terminal.Process.StandardInput.Write([char]3)
                    $terminal.Process.StandardInput.Flush()
                }
                Read-Terminal $terminal
                $terminal.Process.HasExited
            }
            $shown = "$($terminal.Shown)" -replace '\e'
            if ($script:presses -eq 1) { $shown | Should -Match "Vault 'New' is still locked" }
            $shown | Should -Not -Match 'WENT ON|Enter password:(?s:.*)Enter password:'
        }
        finally {
            $environment.HOME = $homeFolder
        }
    }

    It 'is not asked for what needs no vault' {
        $environment.PROMPT_SCRIPT = @"
$session
'CURRENT ' + (Get-NotionConnection -Current).Name
'NAMED ' + (Get-NotionConnection Mine).Name
'REQUEST ' + (Invoke-NotionRequest users/me).object + (Invoke-NotionRequest users/me -Connection Mine).object
'TEST ' + (Test-NotionToken Mine -Quiet)
'TAKEN ' + (Connect-NotionWorkspace -Name Mine).Name
Revoke-NotionToken Mine -LocalOnly -Confirm:`$false
'NONE ' + @(Get-NotionConnection -Current).Count
"@
        $terminal = Start-Terminal $environment
        $shown = Wait-Shown $terminal "NONE 0|$asks|requires a password"
        $shown | Should -Not -Match "$asks|requires a password"
        foreach ($line in 'CURRENT Mine', 'NAMED Mine', 'REQUEST useruser', 'TEST True', 'TAKEN Mine') {
            $shown | Should -Match $line
        }
    }

    It 'is not asked where the environment is checked' {
        $environment.PROMPT_SCRIPT =
            "Test-NotionToken -Environment -BaseUri '$($fake.BaseUri)' | ForEach-Object { ""CHECK `$_"" }; 'ALL ' + 1"
        $terminal = Start-Terminal $environment
        $shown = Wait-Shown $terminal "ALL 1|$asks|requires a password"
        $shown | Should -Not -Match "$asks|requires a password"
        $shown | Should -Match 'CHECK VaultUnlocked: Failed'
    }

    It 'is not asked in the middle of a line that Tab completes' {
        $environment.PROMPT_SCRIPT = @"
function Complete([string] `$Line) {
    "`$Line = " + ((TabExpansion2 `$Line `$Line.Length).CompletionMatches.CompletionText -join ' ')
}
$session
Complete 'Invoke-NotionRequest users/me -Connection '
Complete 'Get-NotionConnection -Vault '
Complete 'Invoke-NotionRequest users/me -Vault Personal -Connection '
'ERRORS ' + `$Error.Count
'FOUND ' + (Get-NotionConnection Kept).Name
Complete 'Test-NotionToken '
"@
        $terminal = Start-Terminal $environment
        $shown = Wait-Shown $terminal "ERRORS \d|$asks|requires a password"
        $shown | Should -Not -Match "($asks|requires a password)(?s:.*)ERRORS"
        $shown | Should -Match 'users/me -Connection  = Mine\s'
        $shown | Should -Match '-Vault  = Personal\s'
        $shown | Should -Match 'Personal -Connection  = \s'
        $shown | Should -Match 'ERRORS 0'
        $null = Wait-Shown $terminal $asks
        Send-Line $terminal $password
        $null = Wait-Shown $terminal 'Test-NotionToken  = Kept Mine\s'
    }

    It 'is not there: <Where>, the error says that no person was asked, and names the time-out' -ForEach @(
        @{ Where = 'with -NonInteractive'; Arguments = '-NonInteractive' }
        @{ Where = 'with input from elsewhere'; Arguments = '' }
    ) {
        $script = "Import-Module '$(Get-NotionAuthPath)'; try { Get-NotionConnection -ErrorAction Stop } catch { " +
            "`$_.FullyQualifiedErrorId; `$_.ErrorDetails.RecommendedAction; `"`$_`" }"
        $before = $env:HOME
        $env:HOME = $homeFolder
        try { $output = '' | pwsh -NoProfile @(if ($Arguments) { $Arguments }) -Command $script }
        finally { $env:HOME = $before }
        "$output" | Should -Match '^VaultLocked,.*-PasswordTimeout.*nobody was asked'
    }
}
