using namespace System.Management.Automation
using namespace System.Management.Automation.Runspaces

# Part of NotionAuth.TestSupport.psm1: runspaces, and the assertions about errors.

function Invoke-InRunspace {
    <#
    .SYNOPSIS
    Runs a script in a runspace of its own, in a host that can't ask anybody, with the module imported and nothing
    connected.
    #>
    param([Parameter(Mandatory)] [scriptblock] $Script, [hashtable] $Variables = @{})

    $shell = New-RunspaceShell $Variables
    $errors = [Collections.Generic.List[ErrorRecord]]::new()
    $output = @()
    try {
        $output = @($shell.AddScript($Script.ToString()).Invoke())
    }
    catch {
        $errors.Add((Get-InnerRecord $_))
    }
    finally {
        foreach ($record in $shell.Streams.Error) { $errors.Add($record) }
        $result = [pscustomobject]@{
            Output   = $output
            Errors   = $errors
            Warnings = @($shell.Streams.Warning)
            Verbose  = @($shell.Streams.Verbose)
        }
        $shell.Runspace.Dispose()
        $shell.Dispose()
    }

    $result
}

function Get-InnerRecord {
    <#
    .SYNOPSIS
    The record of the error in a runspace, out of the one that the call of Invoke or EndInvoke made of it.
    #>
    param([Parameter(Mandatory)] [ErrorRecord] $Record)

    for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) {
        if ($exception -is [IContainsErrorRecord] -and
                $exception.ErrorRecord.FullyQualifiedErrorId -match ',NotionAuth\.') {
            return $exception.ErrorRecord
        }
    }

    $Record
}

function New-RunspaceShell {
    <#
    .SYNOPSIS
    A PowerShell in a runspace of its own, with the module imported.
    #>
    param([hashtable] $Variables = @{})

    $runspace = [RunspaceFactory]::CreateRunspace([InitialSessionState]::CreateDefault2())
    $runspace.Open()
    foreach ($name in $Variables.Keys) { $runspace.SessionStateProxy.SetVariable($name, $Variables[$name]) }
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    $null = $shell.AddCommand('Import-Module').AddParameter('Name', (Get-NotionAuthPath)).Invoke()
    $shell.Commands.Clear()
    $shell
}

function Assert-Stopped {
    <#
    .SYNOPSIS
    Begins a command in a runspace of its own, stops it as Ctrl+C does when it waits, and fails unless it ends at once
    with nothing sent.
    #>
    param(
        [Parameter(Mandatory)] [string] $Script,

        # Variables for the script. begun is an event that the script sets before the command waits; it is made if it
        # is missing.
        [Parameter(Mandatory)] [hashtable] $Variables,

        # Runs before the stop; returns an object to dispose of in the end.
        [scriptblock] $WhenWaiting
    )

    $all = $Variables.Clone()
    if (-not $all.Contains('begun')) { $all.begun = [Threading.ManualResetEventSlim]::new() }
    $shell = New-RunspaceShell $all
    $run = $shell.AddScript($Script).BeginInvoke()
    if (-not $all.begun.Wait(20000)) { throw 'The command did not begin.' }
    $peer = if ($WhenWaiting) { & $WhenWaiting }
    try {
        if ($run.IsCompleted) { throw "The command did not wait: $($shell.Streams.Error)" }
        $stop = $shell.BeginStop($null, $null)
        if (-not $stop.AsyncWaitHandle.WaitOne(10000)) { throw 'Ctrl+C did not end it.' }
        if ($shell.InvocationStateInfo.State -ne 'Stopped') { throw "It ended as $($shell.InvocationStateInfo.State)." }
        if (@(Get-FakeRequest).Count) { throw 'A request was sent.' }
    }
    finally {
        if ($peer) { $peer.Dispose() }
        if ($stop.IsCompleted) { $shell.Runspace.Dispose() }
    }
}

function Get-ErrorOf {
    <#
    .SYNOPSIS
    Runs a script and returns the error that it ends with; null where there is none.
    #>
    param([Parameter(Mandatory)] [scriptblock] $Script)

    try {
        $null = & $Script
    }
    catch {
        return $_
    }
}

function Assert-NotionError {
    <#
    .SYNOPSIS
    Fails unless a script ends with, or a record is, an error of NotionAuth with this id and category, a next step, and
    a text that fits the pattern.
    #>
    param(
        [scriptblock] $Script,
        [ErrorRecord] $Record,
        [Parameter(Mandatory)] [string] $Id,
        [Parameter(Mandatory)] [ErrorCategory] $Category,
        [string] $Says,
        [string] $Advises
    )

    if ($Script) { $Record = Get-ErrorOf $Script }
    if (-not $Record) { throw "An error $Id was expected, but there was none." }
    if (($Record.FullyQualifiedErrorId -split ',')[0] -cne $Id) {
        throw "The error id should be $Id, but is $($Record.FullyQualifiedErrorId): $Record"
    }
    if ($Record.FullyQualifiedErrorId -notmatch ',NotionAuth\.Commands\.\w+Command$') {
        throw "The error does not come from a cmdlet of NotionAuth: $($Record.FullyQualifiedErrorId)"
    }
    if ($Record.CategoryInfo.Category -ne $Category) {
        throw "The category of $Id should be $Category, but is $($Record.CategoryInfo.Category)."
    }
    if (-not $Record.ErrorDetails.RecommendedAction) { throw "The error $Id says nothing about what to do." }
    if ($Says -and "$Record" -notmatch $Says) {
        throw "The error $Id should say something like '$Says', but says: $Record"
    }
    if ($Advises -and $Record.ErrorDetails.RecommendedAction -notmatch $Advises) {
        throw "The error $Id should advise something like '$Advises', but advises: " +
            "$($Record.ErrorDetails.RecommendedAction)"
    }
}
