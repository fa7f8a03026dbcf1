# Benchmark: the works of benchmarks/, each beside its peers, and docs/benchmarks.md made of what they showed.

function Invoke-Benchmark {
    param([string]$Configuration, [string[]]$Work, [int]$Runs)
    $works = Import-PowerShellDataFile -LiteralPath (Join-Repository 'benchmarks', 'Works.psd1')
    $names = @($works.Keys | Sort-Object { $works[$_].Order }) + @('core')
    foreach ($name in $Work) {
        if ($names -notcontains $name) { throw "No work '$name'. There are: $($names -join ', ')." }
    }
    $wanted = @($names | Where-Object { -not $Work -or $Work -contains $_ })

    Invoke-Build -Configuration $Configuration
    Install-NodePackage
    $modules = @(Resolve-VaultModule)
    $results = Join-Repository 'out', 'Benchmarks'
    $null = [IO.Directory]::CreateDirectory($results)
    foreach ($name in $wanted) {
        Write-Heading $name
        if ($name -eq 'core') { Invoke-CoreBenchmark $Configuration $results; continue }
        $code = Invoke-Work $name $Configuration $modules (Join-Path $results "$name.json") $Runs
        if ($code -ne 0) { throw "The work '$name' could not be measured: exit code $code." }
    }
    Write-BenchmarkPage $works $results
}

<# BenchmarkDotNet over Core's hot paths, in one process. #>
function Invoke-CoreBenchmark {
    param([string]$Configuration, [string]$ResultFolder)
    $folder = Join-Path $ResultFolder 'core'
    Clear-Folder $folder
    Invoke-Program dotnet (Get-BenchmarksPath $Configuration), $folder
}

<# One work in a process and a home of its own. #>
function Invoke-Work {
    param([string]$Name, [string]$Configuration, [object[]]$Modules, [string]$ResultFile, [int]$Runs)
    if (Test-Path -LiteralPath $ResultFile) { Remove-Item -LiteralPath $ResultFile }
    $homeFolder = Get-TemporaryHome
    try {
        $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder @(Get-ModuleFolder $Modules)
        $command = @(Get-PowerShellProgram) +
            @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Repository 'benchmarks', 'Invoke-Work.ps1'),
            '-Name', $Name, '-ModulePath', (Join-Path (Get-StagedModule) 'NotionAuth.psd1'), '-FakePath',
            (Get-FakeNotionPath $Configuration),
            '-BenchmarksPath', (Get-BenchmarksPath $Configuration), '-Result', $ResultFile, '-Runs', "$Runs")
        $process = Open-Process -Command $command -Environment $environment
        $process.WaitForExit()
        $process.ExitCode
    }
    finally { Clear-Folder $homeFolder }
}

function Get-BenchmarksPath {
    param([string]$Configuration)
    Join-Repository 'benchmarks', 'NotionAuth.Benchmarks', 'bin', $Configuration, 'net8.0', 'NotionAuth.Benchmarks.dll'
}

<# The page holds the newest result of each work, so that one may be repeated alone; without a result of every one
   nothing is written. #>
function Write-BenchmarkPage {
    param([hashtable]$Works, [string]$ResultFolder)
    $names = @($Works.Keys | Sort-Object { $Works[$_].Order })
    $missing = @($names | Where-Object { -not (Test-Path -LiteralPath (Join-Path $ResultFolder "$_.json")) })
    $core = Get-Item -Path (Join-Path $ResultFolder 'core/results/*-report-github.md') -ErrorAction Ignore
    if (-not $core) { $missing += 'core' }
    if ($missing) {
        Write-Information "docs/benchmarks.md was left as it is: no result yet of $($missing -join ', ')."
        return
    }
    $results = @(
        foreach ($name in $names) { [IO.File]::ReadAllText((Join-Path $ResultFolder "$name.json")) | ConvertFrom-Json }
    )
    $lines = @(
        '# Benchmarks', ''
        'Made by `./build.ps1 Benchmark`; not written by hand. Everything runs against the simulated Notion on the'
        'loopback address of one machine. A figure is the median of paired runs: in each run every peer does the same'
        'work, one after the other, and the ratio is taken of that run''s own times. The floor is a bare HttpClient'
        'that reads and parses every token of the reply and makes no objects. How it is done:'
        '[benchmarks/README.md](../benchmarks/README.md).', ''
        (Get-LoadNote $results), ''
        '| Work | At most | Figure | |', '|---|---|---|---|'
    )
    foreach ($result in $results) {
        foreach ($target in @($result.Targets)) {
            $lines += '| {0} | {1} | **{2}** | {3} |' -f $Works[$result.Work].Title, $target.Text,
                (Format-Figure $target), $(if ($target.Met) { 'met' } else { Format-Excess $target })
        }
    }
    $unmet = foreach ($result in $results) {
        foreach ($target in @($result.Targets)) {
            if (-not $target.Met) {
                '- {0}: {1} was asked for, {2} is the figure. {3}' -f $Works[$result.Work].Title, $target.Text,
                    (Format-Figure $target), ($Works[$result.Work].Why -join ' ')
            }
        }
    }
    if ($unmet) { $lines += @('', '## What isn''t met, and why', '') + @($unmet) }
    $lines += @('', '## Where the time goes', '') +
        @([IO.File]::ReadAllLines((Join-Repository 'benchmarks', 'where-the-time-goes.md')))
    foreach ($result in $results) {
        $lines += '', "## $($Works[$result.Work].Title)", '',
            ('{0} {1} on {2}, {3} s in all. Again: `./build.ps1 Benchmark -Work {4}`.' -f $result.Runs,
            $(if ($result.Runs -eq 1) { 'run' } else { 'paired runs' }), $result.Date, $result.Seconds, $result.Work)
        $lines += Format-TimeTable $result
        foreach ($fact in @($result.Facts | Where-Object { $_ })) { $lines += '', $fact }
    }
    $lines += '', '## Core''s hot paths, without a socket', '',
        'By BenchmarkDotNet, a short run in its own process. Again: `./build.ps1 Benchmark -Work core`.', ''
    $lines += @([IO.File]::ReadAllLines($core.FullName) | Where-Object { $_ -match '^\|' } |
        ForEach-Object { [Net.WebUtility]::HtmlDecode($_) -replace "^\| '([^']+)'", '| $1' })
    $machine = $results[-1].Machine
    $lines += '', '## The machine', '', ("$($machine.Processor), $($machine.Cores) cores, which the simulated Notion " +
        "shares; $($machine.Memory) GB; $($machine.System); PowerShell " +
        "$($machine.PowerShell) on $($machine.Runtime), $($machine.Collector); Node " +
        "$($machine.Node) with @notionhq/client $($machine.Sdk).")
    [IO.File]::WriteAllText((Join-Repository 'docs', 'benchmarks.md'), ($lines -join "`n") + "`n")
    Write-Information 'Written: docs/benchmarks.md'
}

<# The load of the machine, as a sentence: times of a busy machine say little. #>
function Get-LoadNote {
    param([object[]]$Results)
    $loads = @($Results | ForEach-Object { $_.Machine.Load -as [double] })
    $text = "When the works began, between $(($loads | Measure-Object -Minimum).Minimum) and " +
        "$(($loads | Measure-Object -Maximum).Maximum) programs wanted the $($Results[0].Machine.Cores) cores ("
    $text += (@($Results | ForEach-Object { '{0} {1}' -f $_.Work, $_.Machine.Load }) -join ', ') + ').'
    if (($loads | Measure-Object -Maximum).Maximum -gt 2 * $Results[0].Machine.Cores) {
        $text += ' So the machine had other work, too: times may be longer than on a quiet one, and ratios are rough.'
    }
    $text
}

function Format-Figure {
    param([object]$Target)
    $figure = if ($Target.Figure -ge 10) { '{0:0}' -f $Target.Figure }
    elseif ($Target.Figure -ge 1) { '{0:0.00}' -f $Target.Figure }
    else { '{0:0.000}' -f $Target.Figure }
    if ($Target.Unit) { ('{0:0.#}' -f $Target.Figure) + $Target.Unit } else { $figure + ' ' + [char]0xD7 }
}

function Format-Excess {
    param([object]$Target)
    'not met, by {0:0} %' -f (100 * ($Target.Figure - $Target.Limit) / $Target.Limit)
}

<# The medians behind the ratios. What a peer costs besides, for a whole run, is known of those in the PowerShell
   process only. #>
function Format-TimeTable {
    param([object]$Result)
    $each = if ($Result.PerRun -gt 1) { ' each' } else { '' }
    $lines = @('', "| | median$each | least | most | processor time | allocated | collections | paused by them |",
        '|---|---|---|---|---|---|---|---|')
    foreach ($time in @($Result.Times)) {
        $cost = if ($time.Cost -and $time.Cost.MB -ge 1) {
            '{0} | {1:0.0} MB | {2:0.#} | {3:0.0} ms' -f (Format-Duration $time.Cost.CpuMs), $time.Cost.MB,
                $time.Cost.Collections, $time.Cost.PauseMs
        }
        else { ' | | |' }
        $lines += '| {0} | {1} | {2} | {3} | {4} |' -f $time.Peer, (Format-Duration $time.Median),
            (Format-Duration $time.Least), (Format-Duration $time.Most), $cost
    }
    $lines
}

function Format-Duration {
    param([double]$Ms)
    if ($Ms -ge 10000) { '{0:0.0} s' -f ($Ms / 1000) }
    elseif ($Ms -ge 10) { '{0:0} ms' -f $Ms }
    else { '{0:0.000} ms' -f $Ms }
}
