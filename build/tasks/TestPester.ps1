# Test: the Pester suite, each file in a process and a home of its own.

$script:WhyStandIn = ''

# It measures time, which other files would spoil: it runs alone, after the others.
$script:Alone = 'Import.Tests.ps1'

# These take longest, mostly by waiting: they begin first.
$script:Long = 'Reliability.Vaults.Tests.ps1', 'Habits.Tests.ps1', 'Reliability.Tests.ps1',
    'Reliability.Troubles.Tests.ps1'

function Invoke-PesterSuite {
    param([object]$Run, [string]$Configuration, [string]$Filter, [object[]]$File)
    Write-Heading 'Pester'
    $result = Get-SuiteResult 'Pester'
    try {
        $pester = Resolve-Pester
        $vault = Resolve-Vault $Configuration
    }
    catch {
        $result.Troubles += "THE PESTER SUITE WAS NOT RUN: $($_.Exception.Message)"
        return $result
    }
    $script:WhyStandIn = $vault.Why
    if ($vault.Why) {
        Write-Information ('A STAND-IN FOR SECRETMANAGEMENT AND A PLAIN VAULT ARE USED IN PLACE OF THE REAL MODULES: ' +
            "$($vault.Why).")
    }

    $folder = Join-Repository 'out', 'TestResults', 'Pester'
    Clear-Folder $folder
    $null = [IO.Directory]::CreateDirectory($folder)
    if (-not $File) { $File = @(Get-TestFile | Where-Object Suite -EQ 'Pester') }
    $files = @($File.File | Where-Object { Test-MayHold $_ $Filter })
    $how = @{
        Run = $Run; Configuration = $Configuration; Filter = $Filter; Pester = $pester; Vault = $vault
        ResultFolder = $folder
    }
    # A file mostly waits, for processes and for pauses: one file more than there are cores runs at a time.
    # The longest files first.
    $beside = @($files | Where-Object Name -NotIn $script:Alone |
        Sort-Object { $_.Name -notin $script:Long }, { -$_.Length })
    $results = @(Invoke-PesterFile @how -File $beside -AtOnce ([Environment]::ProcessorCount + 1))
    $results += @(Invoke-PesterFile @how -File @($files | Where-Object Name -In $script:Alone) -AtOnce 1)
    foreach ($one in $results) {
        foreach ($name in 'Passed', 'Failed', 'Skipped') { $result.$name += $one.$name }
        $result.Troubles += @($one.Troubles)
        $result.Searched += $one.Searched
        $result.Leaks += @($one.Leaks)
        $result.Tests += @($one.Tests)
    }
    $searched = Search-TestRun $Run 'results' $folder
    $result.Searched += $searched.Files
    $result.Leaks += $searched.Found
    $result
}

<# Whether tests of this name can be in the file. A computed name, or a filter with wildcards, counts as yes. #>
function Test-MayHold {
    param([IO.FileInfo]$File, [string]$Filter)
    if (-not $Filter -or $Filter -match '[.*?\[\]`''"]') { return $true }
    $text = [IO.File]::ReadAllText($File.FullName)
    $text.Contains($Filter, [StringComparison]::OrdinalIgnoreCase) -or
        $text -match '(?m)^\s*(Describe|Context|It)\s+(?!'')'
}

<# Test files, so many at once, each in a process and a home of its own, so that no vault, connection or state goes from
   one to the next. #>
function Invoke-PesterFile {
    param(
        [object]$Run, [IO.FileInfo[]]$File, [string]$Configuration, [string]$Filter, [object]$Pester, [object]$Vault,
            [string]$ResultFolder,
        [int]$TimeoutSec = 1800, [int]$AtOnce = 1
    )
    $how = @{
        Run = $Run; Configuration = $Configuration; Filter = $Filter; Pester = $Pester; Vault = $Vault
        ResultFolder = $ResultFolder
    }
    $waiting = [Collections.Generic.Queue[IO.FileInfo]]::new()
    foreach ($one in $File) { $waiting.Enqueue($one) }
    $running = [Collections.Generic.List[object]]::new()
    try {
        while ($waiting.Count -or $running.Count) {
            while ($waiting.Count -and $running.Count -lt $AtOnce) {
                $running.Add((Open-PesterFile @how -File $waiting.Dequeue()))
            }
            [Threading.Thread]::Sleep(50)
            foreach (
                $one in @($running |
                    Where-Object { $_.Process.HasExited -or $_.Watch.Elapsed.TotalSeconds -gt $TimeoutSec })
            ) {
                $null = $running.Remove($one)
                Complete-PesterFile -Run $Run -Running $one
            }
        }
    }
    finally {
        foreach ($one in $running) {
            Close-Process $one.Process
            Clear-TestHome $one.Home
        }
    }
}

<# A test that was ended in the middle may have left a small disk of its own. #>
function Clear-TestHome {
    param([string]$HomeFolder)
    if (Test-Path -LiteralPath '/proc/mounts') {
        foreach ($line in [IO.File]::ReadAllLines('/proc/mounts')) {
            $place = ($line -split ' ')[1]
            if ($place.StartsWith("$HomeFolder/")) { & umount --lazy $place }
        }
    }
    Clear-Folder $HomeFolder
}

function Open-PesterFile {
    param([object]$Run, [IO.FileInfo]$File, [string]$Configuration, [string]$Filter, [object]$Pester, [object]$Vault,
        [string]$ResultFolder)
    $homeFolder = Get-TemporaryHome
    $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder (@($Vault.Folders) +
        @(Get-ModuleFolder $Pester))
    # The tests take this home for theirs and leave it to be searched. Its path is short: sockets live below it.
    $environment.NOTIONAUTH_TEST_HOME = $homeFolder
    $environment.NOTIONAUTH_TEST_VAULTS = $Vault.Kind
    $environment.NOTIONAUTH_TEST_FILE = $File.Name
    $temporary = [IO.Directory]::CreateDirectory((Join-Path $homeFolder 't')).FullName
    $marks = Get-TestRunEnvironment $Run $temporary
    foreach ($variable in $marks.Keys) { $environment[$variable] = $marks[$variable] }
    $environment.NOTIONAUTH_FAKE_DLL = Get-FakeNotionPath $Configuration
    if (-not $env:NOTIONAUTH_MODULE_PATH) {
        $environment.NOTIONAUTH_MODULE_PATH = Join-Path (Get-StagedModule) 'NotionAuth.psd1'
    }
    $summary = Join-Path $ResultFolder "$($File.BaseName).json"
    $arguments = @('-TestFile', $File.FullName, '-Summary', $summary, '-PesterModule', $Pester.Path)
    if ($Filter) { $arguments += '-Filter', "*$Filter*" }
    $output = Join-Path $ResultFolder "$($File.BaseName).txt"
    $child = @{
        Script = 'Invoke-PesterFile.ps1'; HomeFolder = $homeFolder; Environment = $environment; Arguments = $arguments
        OutputFile = $output
    }
    [pscustomobject]@{
        File = $File; Process = Open-ChildScript @child; Home = $homeFolder; Summary = $summary; Output = $output
        Watch = [Diagnostics.Stopwatch]::StartNew()
    }
}

<# Shows a file's output in one piece, and counts its tests. #>
function Complete-PesterFile {
    param([object]$Run, [object]$Running)
    $name = $Running.File.Name
    $result = Get-SuiteResult $name
    try {
        $code = if ($Running.Process.HasExited) { $Running.Process.ExitCode } else { 124 }
        Close-Process $Running.Process
        # The last lines may still be on their way into the file.
        $null = $Running.Process.WaitForExitAsync().Wait(5000)
        Write-Heading ('{0}, {1:0} s' -f $name, $Running.Watch.Elapsed.TotalSeconds)
        foreach ($file in $Running.Output, "$($Running.Output).errors") {
            Get-Content -LiteralPath $file -ErrorAction Ignore | Out-Host
        }
        if ($code -eq 124) {
            Write-Information ("$name was still running after $([int]$Running.Watch.Elapsed.TotalSeconds) " +
                'seconds and was ended.')
        }
        $searched = Search-TestRun $Run $name $Running.Home
        $result.Searched = $searched.Files
        $result.Leaks = $searched.Found
    }
    catch { $result.Troubles += "${name}: $($_.Exception.Message)" }
    # What one file leaves behind must not cost the results of all others.
    try { Clear-TestHome $Running.Home }
    catch { $result.Troubles += "What $name left could not be removed: $($_.Exception.Message)" }

    if (-not (Test-Path -LiteralPath $Running.Summary)) {
        $result.Troubles += "$name broke off with exit code $code."
        return $result
    }
    $read = [IO.File]::ReadAllText($Running.Summary) | ConvertFrom-Json
    foreach ($count in 'Passed', 'Failed', 'Skipped') { $result.$count = [int]$read.$count }
    $result.Tests = @($read.Tests)
    foreach ($test in $result.Tests) {
        $test | Add-Member -NotePropertyName File -NotePropertyValue ($Running.File.BaseName -replace '\.Tests$')
    }
    if ($result.Failed -eq 0 -and ($code -ne 0 -or $read.Result -ne 'Passed')) {
        $result.Troubles += "${name}: $($read.Result), exit code $code."
    }
    $result
}
