# Demo: the main job, as a user sees it, against a simulated Notion.

function Invoke-Demo {
    param([string]$Configuration)
    # Only what it shows: building the tests, too, would take longer than the whole story.
    Invoke-Build -Configuration $Configuration -Solution 'build/Demo.slnf'
    $vault = Resolve-Vault $Configuration
    $homeFolder = Get-TemporaryHome
    $fake = $null
    try {
        $readyFile = Join-Path $homeFolder 'notion.json'
        $fake = Open-FakeNotion -Configuration $Configuration -ReadyFile $readyFile -Folder $homeFolder

        $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder (@(Join-Repository 'out') + $vault.Folders)
        $person = (@(Get-PowerShellProgram) + @('-NoLogo', '-NoProfile', '-File', (Join-Repository 'build', 'child', 'Approve-SignIn.ps1')) | ForEach-Object { "'$_'" }) -join ' '
        if (-not (Test-Windows)) { $environment.BROWSER = "$person %s" }
        $arguments = @('-ReadyFile', $readyFile, '-ModuleBase', (Get-StagedModule), '-VaultKind', $vault.Kind)
        Write-Heading 'The story begins in a fresh PowerShell'
        if ($vault.Why) { Write-VaultNote $vault.Why }
        $code = Invoke-ChildScript -Script 'Show-Demo.ps1' -Arguments $arguments -HomeFolder $homeFolder -Environment $environment -TimeoutSec 300
        if ($code -ne 0) { throw "exit code $code." }
        if ($vault.Why) { Write-VaultNote $vault.Why }
    }
    finally {
        Close-Process $fake
        Clear-Folder $homeFolder
    }
}

function Write-VaultNote {
    param([string]$Why)
    Write-Information 'SECRETMANAGEMENT AND SECRETSTORE NOT SHOWN: A STAND-IN WITH A PLAIN FILE AS ITS VAULT WAS USED IN THEIR PLACE. The cmdlets are the real ones.'
    Write-Information $Why
}

<# Starts the simulated Notion, which allows every sign-in at once, and waits until it listens. #>
function Open-FakeNotion {
    param([string]$Configuration, [string]$ReadyFile, [string]$Folder)
    $command = @('dotnet', (Get-FakeNotionPath $Configuration), '--auto-approve', '--ready-file', $ReadyFile, '--parent-pid', "$PID")
    foreach ($port in @(8914) + @(Get-FreePort 2)) { $command += '--redirect-uri', "http://localhost:$port/callback" }
    $process = Open-Process -Command $command -OutputFile (Join-Path $Folder 'notion.log')
    for ($i = 0; -not (Test-Path -LiteralPath $ReadyFile); $i++) {
        if ($process.HasExited -or $i -eq 300) { throw 'The simulated Notion did not start.' }
        Start-Sleep -Milliseconds 100
    }
    $process
}

<# Ports that nobody listens on now: registered as well, in case the usual one is taken. #>
function Get-FreePort {
    param([int]$Count)
    $listeners = foreach ($i in 1..$Count) {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $listener
    }
    foreach ($listener in $listeners) {
        $listener.LocalEndpoint.Port
        $listener.Stop()
    }
}
