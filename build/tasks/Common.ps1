# What every task needs: paths, programs, child processes in a home of their own.

function Join-Repository {
    param([string[]]$Path = @())
    $root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
    [IO.Path]::GetFullPath([IO.Path]::Combine([string[]](@($root) + $Path)))
}

function Write-Heading {
    param([string]$Text)
    Write-Information ''
    Write-Information "== $Text"
}

function Test-Windows { $env:OS -eq 'Windows_NT' }

function Get-Program {
    param([string]$Name)
    Get-Command -Name $Name -CommandType Application -ErrorAction Ignore | Select-Object -First 1
}

<# Runs a program of the build; its output is the build's. #>
function Invoke-Program {
    param([string]$Name, [string[]]$Arguments)
    if (-not (Get-Program $Name)) { throw "$Name was not found on PATH." }
    & $Name @Arguments | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "$Name $($Arguments[0]) failed with exit code $LASTEXITCODE." }
}

<# The PowerShell that runs this script, as a program and the arguments that come first: a .NET tool's process is
   dotnet. #>
function Get-PowerShellProgram {
    $path = (Get-Process -Id $PID).Path
    $path
    if ([IO.Path]::GetFileNameWithoutExtension($path) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' }
}

<# A folder to be the home of child processes: vaults, their registry and all settings of PowerShell live below it. #>
function Get-TemporaryHome {
    $path = Join-Path ([IO.Path]::GetTempPath()) ('notionauth-' + [guid]::NewGuid().ToString('N').Substring(0, 12))
    foreach ($folder in 'AppData/Local', 'AppData/Roaming') {
        $null = [IO.Directory]::CreateDirectory((Join-Path $path $folder))
    }
    if (-not (Test-Windows)) { & chmod 700 $path }
    $path
}

<# Removes a folder with all that is in it. A process that has just ended may still hold a file on Windows. #>
function Clear-Folder {
    param([string]$Path)
    for ($i = 1; Test-Path -LiteralPath $Path; $i++) {
        try { Remove-Item -LiteralPath $Path -Recurse -Force }
        catch {
            if ($i -eq 5) { throw }
            Start-Sleep -Milliseconds 300
        }
    }
}

<# The environment of a process that knows nothing of this user: no vault, no token, no proxy before the loopback
   address. #>
function Get-IsolatedEnvironment {
    param([string]$HomeFolder, [string[]]$ModuleFolder)
    $environment = @{
        HOME                        = $HomeFolder
        USERPROFILE                 = $HomeFolder
        LOCALAPPDATA                = Join-Path $HomeFolder 'AppData/Local'
        APPDATA                     = Join-Path $HomeFolder 'AppData/Roaming'
        PSModulePath                = (@($ModuleFolder) + @($env:PSModulePath)) -join [IO.Path]::PathSeparator
        NO_PROXY                    = (@($env:NO_PROXY, 'localhost,127.0.0.1,::1') | Where-Object { $_ }) -join ','
        POWERSHELL_TELEMETRY_OPTOUT = '1'
        POWERSHELL_UPDATECHECK      = 'Off'
        DOTNET_NOLOGO               = '1'
        DOTNET_CLI_TELEMETRY_OPTOUT = '1'
    }
    $foreign = Get-ChildItem env: | Where-Object { $_.Name -match '^(XDG_.*_HOME|NOTION_.*|NOTIONAUTH_VAULT|BROWSER)$' }
    foreach ($variable in $foreign) { $environment[$variable.Name] = $null }
    $programs = Get-PowerShellFolder $HomeFolder
    if ($programs) { $environment.PATH = $programs + [IO.Path]::PathSeparator + $env:PATH }
    $environment
}

<# Tests and users start pwsh by its name: this makes one that is the PowerShell that runs now, whatever PATH has, and
   returns its folder. #>
function Get-PowerShellFolder {
    param([string]$HomeFolder)
    $program, $library = Get-PowerShellProgram
    # A command file on Windows isn't found by every program that starts pwsh: what PATH has is better there.
    if ((Test-Windows) -and -not $library -and (Get-Program pwsh)) { return }
    $folder = [IO.Directory]::CreateDirectory((Join-Path $HomeFolder 'programs')).FullName
    $parts = @($program, $library) | Where-Object { $_ }
    if (Test-Windows) { [IO.File]::WriteAllText((Join-Path $folder 'pwsh.cmd'), "@`"$($parts -join '" "')`" %*`r`n") }
    else {
        [IO.File]::WriteAllText((Join-Path $folder 'pwsh'), "#!/bin/sh`nexec '$($parts -join "' '")' `"`$@`"`n")
        & chmod 755 (Join-Path $folder 'pwsh')
    }
    $folder
}

<# Sets variables (null removes one), runs the script, and puts back what was there. The script sees these names too:
   they are chosen not to hide its own. #>
function Invoke-WithEnvironment {
    param([hashtable]$Environment, [scriptblock]$Script)
    $before = @{}
    foreach ($variable in $Environment.Keys) { $before[$variable] = [Environment]::GetEnvironmentVariable($variable) }
    try {
        foreach ($variable in $Environment.Keys) {
            [Environment]::SetEnvironmentVariable($variable, $Environment[$variable])
        }
        & $Script
    }
    finally {
        foreach ($variable in $before.Keys) { [Environment]::SetEnvironmentVariable($variable, $before[$variable]) }
    }
}

<# Starts a program; its output is ours, or goes to a file. #>
function Open-Process {
    param([string[]]$Command, [hashtable]$Environment = @{}, [string]$InputFile, [string]$OutputFile)
    $start = @{ FilePath = $Command[0]; PassThru = $true }
    if ((Test-Windows) -and $OutputFile) { $start.WindowStyle = 'Hidden' } else { $start.NoNewWindow = $true }
    if ($Command.Count -gt 1) {
        $start.ArgumentList = ($Command[1..($Command.Count - 1)] |
            ForEach-Object { '"{0}"' -f ($_ -replace '"', '\"') }) -join ' '
    }
    if ($InputFile) { $start.RedirectStandardInput = $InputFile }
    if ($OutputFile) {
        $start.RedirectStandardOutput = $OutputFile
        $start.RedirectStandardError = "$OutputFile.errors"
    }
    $process = Invoke-WithEnvironment $Environment { Start-Process @start }
    # Without its handle a process that has ended doesn't tell its exit code.
    $null = $process.Handle
    $process
}

function Close-Process {
    param([Diagnostics.Process]$Process)
    if (-not $Process -or $Process.HasExited) { return }
    if ($PSVersionTable.PSEdition -eq 'Core') { $Process.Kill($true) } else { $Process.Kill() }
    $null = $Process.WaitForExit(5000)
}

<# Starts one of our scripts in a PowerShell process of its own, without a person at its input; its output is ours, or
   goes to a file. #>
function Open-ChildScript {
    param(
        [string]$Script,
        [string[]]$Arguments = @(),
        [string]$HomeFolder,
        [hashtable]$Environment,
        [string]$OutputFile
    )
    $nothing = Join-Path $HomeFolder 'no-input'
    [IO.File]::WriteAllText($nothing, '')
    $command = @(Get-PowerShellProgram) + '-NoLogo' + '-NoProfile' + '-NonInteractive'
    if (Test-Windows) { $command += '-ExecutionPolicy', 'Bypass' }
    $command += '-File', (Join-Repository 'build', 'child', $Script)
    Open-Process -Command ($command + $Arguments) -Environment $Environment -InputFile $nothing -OutputFile $OutputFile
}

<# Runs one of our scripts to its end; returns the exit code. #>
function Invoke-ChildScript {
    param([string]$Script, [string[]]$Arguments = @(), [string]$HomeFolder, [hashtable]$Environment, [int]$TimeoutSec)
    $process = Open-ChildScript -Script $Script -Arguments $Arguments -HomeFolder $HomeFolder -Environment $Environment
    try {
        if ($process.WaitForExit($TimeoutSec * 1000)) { return $process.ExitCode }
        Write-Information "$Script was still running after $TimeoutSec seconds and was ended."
        return 124
    }
    finally { Close-Process $process }
}

<# Runs a program that may have to ask the network; one that takes too long is ended. Gives its exit code and its
   output. #>
function Invoke-Bounded {
    param([string[]]$Command, [int]$TimeoutSec)
    $folder = Get-TemporaryHome
    try {
        $file = Join-Path $folder 'output'
        # A build server that outlives the program would keep its output open.
        $process = Open-Process -Command $Command -OutputFile $file -Environment @{ MSBUILDDISABLENODEREUSE = '1' }
        $ended = $process.WaitForExit($TimeoutSec * 1000)
        Close-Process $process
        $null = $process.WaitForExitAsync().Wait(5000)
        $text = (@($file, "$file.errors") | ForEach-Object { [IO.File]::ReadAllText($_) }) -join "`n"
        if (-not $ended) { return @{ Code = 124; Text = "no answer within $TimeoutSec seconds" } }
        @{ Code = $process.ExitCode; Text = $text.Trim() }
    }
    finally { Clear-Folder $folder }
}

<# What starts the simulated Notion, and calls its control endpoint. #>
function Get-FakeNotionModule { Join-Repository 'tests', 'NotionAuth.FakeNotion', 'FakeNotion.psm1' }

function Get-FakeNotionPath {
    param([string]$Configuration)
    if ($env:NOTIONAUTH_FAKE_DLL) { return $env:NOTIONAUTH_FAKE_DLL }
    Join-Repository 'tests', 'NotionAuth.FakeNotion', 'bin', $Configuration, 'net10.0', 'NotionAuth.FakeNotion.dll'
}
