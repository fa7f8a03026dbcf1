# Part of NotionAuth.Reliability.psm1: worker processes, and the files that are their signals.

function Start-Worker {
    <#
    .SYNOPSIS
    Starts a PowerShell process that runs one of the worker scripts; what it says goes to a file, or, at a terminal of
    its own, to its standard output.
    #>
    param(
        [Parameter(Mandatory)] [string] $Script,
        [Parameter(Mandatory)] [string] $Id,
        [hashtable] $Plan = @{},
        [hashtable] $Environment = @{},
        [string[]] $Prefix = @(),
        [switch] $IsAtTerminal
    )

    $file = Join-Path $script:Folder "plan-$Id.json"
    $Plan.Folder = $script:Folder
    $Plan.Id = $Id
    $Plan.Module = $script:ModulePath
    $Plan | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $file
    # PowerShell as a .NET tool is a library that dotnet runs. Not pwsh from the PATH: that may start another process,
    # and a kill would miss it.
    $own = @((Get-Process -Id $PID).Path)
    if ([IO.Path]::GetFileNameWithoutExtension($own[0]) -eq 'dotnet') { $own += Join-Path $PSHOME 'pwsh.dll' }
    $own += @('-NoLogo', '-NoProfile') + @(if (-not $IsAtTerminal) { '-NonInteractive' }) +
        @('-File', (Join-Path $PSScriptRoot "Workers/$Script.ps1"), $file)
    if ($IsAtTerminal) {
        $start = [Diagnostics.ProcessStartInfo]::new('script')
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $start.Environment['TERM'] = 'xterm'
        $command = '-q', '-e', '-f', '-c', "'$($own -join "' '")'", '/dev/null'
    }
    else {
        $start = [Diagnostics.ProcessStartInfo]::new('/bin/sh')
        $command = @('-c', 'log=$1; shift; exec "$@" >"$log" 2>&1 </dev/null', 'worker',
            (Join-Path $script:Folder "output-$Id.txt")) + $Prefix + $own
    }

    foreach ($argument in $command) { $start.ArgumentList.Add($argument) }
    foreach ($name in $Environment.Keys) { $start.Environment[$name] = $Environment[$name] }
    $process = [Diagnostics.Process]::Start($start)
    $script:Workers.Add($process)
    $process
}

function Set-Signal {
    <#
    .SYNOPSIS
    Writes a signal, a file that the workers wait for.
    #>
    param([Parameter(Mandatory)] [string] $Name, [string] $Text = '')

    # Written whole or not at all: a reader never sees half of it.
    $temporary = Join-Path $script:Folder ".$Name"
    [IO.File]::WriteAllText($temporary, $Text)
    [IO.File]::Move($temporary, (Join-Path $script:Folder $Name), $true)
}

function Get-Signal {
    <#
    .SYNOPSIS
    The signals of this name (a pattern).
    #>
    param([Parameter(Mandatory)] [string] $Name)

    [IO.Directory]::GetFiles($script:Folder, $Name)
}

function Wait-Signal {
    <#
    .SYNOPSIS
    Waits for so many signals; fails at once where a worker that should give one has died.
    #>
    param([Parameter(Mandatory)] [string] $Name, [int] $Count = 1, [Diagnostics.Process[]] $Process = @())

    Wait-For -What "$Count times $Name" {
        $dead = @($Process | Where-Object { $_.HasExited -and $_.ExitCode -ne 0 })
        if ($dead) { throw "A worker ended (exit code $($dead[0].ExitCode)) before $Name." }
        @(Get-Signal $Name).Count -ge $Count
    }
}

function Wait-Round {
    <#
    .SYNOPSIS
    Waits until so many callers are ready for a round; false, and no further round for anybody, where the time that the
    run was given is up.
    #>
    param([Parameter(Mandatory)] [int] $Round, [Parameter(Mandatory)] [int] $Count, [Diagnostics.Process[]] $Process)

    if (Test-TimeIsUp) {
        Set-Signal stop
        return $false
    }

    Wait-Signal "ready.$Round.*" $Count -Process $Process
    $true
}

function Complete-Round {
    <#
    .SYNOPSIS
    Lets the callers of a round go on, and waits until all have done it.
    #>
    param([Parameter(Mandatory)] [int] $Round, [Parameter(Mandatory)] [int] $Count, [Diagnostics.Process[]] $Process)

    Set-Signal "go.$Round"
    Wait-Signal "done.$Round.*" $Count -Process $Process
}

function Invoke-Round {
    <#
    .SYNOPSIS
    The token expires, the callers go on, and all have done it: returns how many refreshes that took.
    #>
    param(
        [Parameter(Mandatory)] [int] $Round,
        [Parameter(Mandatory)] [int] $Count,
        [Diagnostics.Process[]] $Process,
        [string] $BotId
    )

    $before = Get-RefreshCount
    Invoke-Expiry -BotId $BotId
    Complete-Round $Round $Count $Process
    (Get-RefreshCount) - $before
}

function Get-Outcome {
    <#
    .SYNOPSIS
    The outcome of all workers: their results, their failures, and those as problems.
    #>
    param([Parameter(Mandatory)] [Diagnostics.Process[]] $Process)

    Wait-Signal 'result-*.json' $Process.Count -Process $Process
    $results = @(Get-WorkerResult)
    $failures = @($results | ForEach-Object { $_.Failures })
    [pscustomobject]@{
        Results  = $results
        Calls    = ($results | ForEach-Object { if ($_.PSObject.Properties['Calls']) { $_.Calls } } |
            Measure-Object -Sum).Sum
        Failures = $failures
        Problems = @($failures | Group-Object | ForEach-Object { "$($_.Count) × $($_.Name)" })
    }
}

function Start-Session {
    <#
    .SYNOPSIS
    Starts a process that does one command after the other as they come; HasBeside gives it a runspace that takes the
    vault out of its registry and back.
    #>
    param(
        [Parameter(Mandatory)] [string] $Id,
        [hashtable] $Environment = @{},
        [string[]] $Prefix = @(),
        [switch] $HasBeside
    )

    @{
        Id = $Id; Step = 0
        Process = Start-Worker -Script Session -Id $Id -Environment $Environment -Prefix $Prefix -Plan @{
            HasBeside = [bool]$HasBeside
        }
    }
}

function Send-Step {
    <#
    .SYNOPSIS
    Sends a session its next step; Get-Answer waits for the outcome.
    #>
    param([Parameter(Mandatory)] [hashtable] $Session, [Parameter(Mandatory)] [string] $What)

    Set-Signal "step.$($Session.Id).$($Session.Step)" $What
}

function Get-Answer {
    <#
    .SYNOPSIS
    The outcome of a session's last step: ErrorId and Message (empty where it succeeded), Warnings, Output, Seconds.
    #>
    param([Parameter(Mandatory)] [hashtable] $Session)

    $name = "answer.$($Session.Id).$($Session.Step)"
    Wait-Signal $name -Process $Session.Process
    $Session.Step++
    [IO.File]::ReadAllText((Join-Path $script:Folder $name)) | ConvertFrom-Json
}

function Invoke-Step {
    <#
    .SYNOPSIS
    Sends a session a step, and waits for the outcome.
    #>
    param([Parameter(Mandatory)] [hashtable] $Session, [Parameter(Mandatory)] [string] $What)

    Send-Step $Session $What
    Get-Answer $Session
}

function Stop-Session {
    <#
    .SYNOPSIS
    Ends a session.
    #>
    param([Parameter(Mandatory)] [hashtable] $Session)

    Send-Step $Session end
    Wait-For -What "the process $($Session.Id) ended" { $Session.Process.HasExited }
}

function Get-WorkerResult {
    <#
    .SYNOPSIS
    What the workers wrote as their results, all in one list.
    #>
    param([string] $Name = 'result-*.json')

    foreach ($file in Get-Signal $Name | Sort-Object) { [IO.File]::ReadAllText($file) | ConvertFrom-Json }
}
