# Reliability: races, kills and vault failures, and docs/reliability.md made of what they showed.

function Invoke-Reliability {
    param([string]$Configuration, [string[]]$Scenario, [int]$Rounds, [int]$Seed, [int]$Minutes)
    if (Test-Windows) {
        throw 'The scenarios kill processes and spoil files the way Linux and macOS do it. Run them there, or in WSL.'
    }
    $scenarios = Import-PowerShellDataFile -LiteralPath (Join-Repository 'tests', 'Reliability', 'Scenarios.psd1')
    $wanted = @($scenarios.Keys | Sort-Object { $scenarios[$_].Order } |
        Where-Object { -not $Scenario -or $Scenario -contains $_ })
    foreach ($name in $Scenario) {
        if (-not $scenarios.ContainsKey($name)) {
            throw "No scenario '$name'. There are: $(($scenarios.Keys | Sort-Object) -join ', ')."
        }
    }

    Invoke-Build -Configuration $Configuration
    $modules = @(Resolve-VaultModule)
    $results = Join-Repository 'out', 'Reliability'
    $null = [IO.Directory]::CreateDirectory($results)
    $isGood = $true
    # A lane takes its scenarios one after the other; lanes run beside each other.
    $lanes = @{}
    foreach ($name in $wanted) {
        $lane = if ($scenarios[$name].ContainsKey('Lane')) { $scenarios[$name].Lane } else { '' }
        if (-not $lanes.ContainsKey($lane)) {
            $lanes[$lane] = @{ Waiting = [Collections.Generic.Queue[string]]::new(); Running = $null }
        }
        $lanes[$lane].Waiting.Enqueue($name)
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    try {
        while (@($lanes.Values | Where-Object { $_.Running -or $_.Waiting.Count }).Count) {
            foreach ($lane in $lanes.Values) {
                if ($lane.Running -and $lane.Running.Process.HasExited) {
                    if ($lane.Running.Process.ExitCode -ne 0) { $isGood = $false }
                    Complete-Scenario $lane.Running
                    $lane.Running = $null
                }
                if (-not $lane.Running -and $lane.Waiting.Count) {
                    # What is left of the time is shared by what is left in the lane.
                    $share = if ($Minutes) {
                        [Math]::Max(0.1, ($Minutes - $watch.Elapsed.TotalMinutes) / $lane.Waiting.Count)
                    }
                    else { 0 }
                    $name = $lane.Waiting.Dequeue()
                    Write-Information "$(Get-Date -Format HH:mm:ss) $name"
                    $lane.Running = Open-Scenario $name $Configuration $modules (
                        Join-Path $results "$name.json"
                    ) $Rounds $Seed $share
                }
            }
            [Threading.Thread]::Sleep(200)
        }
    }
    finally { foreach ($lane in $lanes.Values) { if ($lane.Running) { Complete-Scenario $lane.Running } } }
    Write-ReliabilityPage $scenarios $results
    $isGood
}

<# Starts a scenario in a home of its own, with copies of the module and of the simulated Notion, so that a build beside
   it changes nothing. #>
function Open-Scenario {
    param([string]$Name, [string]$Configuration, [object[]]$Modules, [string]$ResultFile, [int]$Rounds, [int]$Seed,
        [double]$Minutes)
    if (Test-Path -LiteralPath $ResultFile) { Remove-Item -LiteralPath $ResultFile }
    $programs = Get-TemporaryHome
    $homeFolder = Get-TemporaryHome
    Copy-Item -LiteralPath (Get-StagedModule) -Destination (Join-Path $programs 'NotionAuth') -Recurse
    $fake = Get-FakeNotionPath $Configuration
    Copy-Item -LiteralPath (Split-Path -Parent $fake) -Destination (Join-Path $programs 'Notion') -Recurse
    Copy-Item -LiteralPath (Join-Repository 'tests',
        'Reliability') -Destination (Join-Path $programs 'Reliability') -Recurse
    Copy-Item -LiteralPath (Join-Repository 'tests', 'SecretSearch.psm1') -Destination $programs
    $null = [IO.Directory]::CreateDirectory((Join-Path $programs 'NotionAuth.FakeNotion'))
    Copy-Item -LiteralPath (Get-FakeNotionModule) -Destination (Join-Path $programs 'NotionAuth.FakeNotion')
    $null = [IO.Directory]::CreateDirectory((Join-Path $programs 'Pester'))
    Copy-Item -LiteralPath (Join-Repository 'tests', 'Pester',
        'Vaults') -Destination (Join-Path $programs 'Pester/Vaults') -Recurse
    $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder @(Get-ModuleFolder $Modules)
    $command = @(Get-PowerShellProgram) +
        @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Path $programs 'Reliability/Invoke-Scenario.ps1'),
        '-Name', $Name, '-ModulePath', (Join-Path $programs 'NotionAuth/NotionAuth.psd1'), '-FakePath',
        (Join-Path $programs 'Notion' | Join-Path -ChildPath (Split-Path -Leaf $fake)),
        '-Result', $ResultFile, '-Rounds', "$Rounds", '-Seed', "$Seed", '-Minutes',
        $Minutes.ToString([Globalization.CultureInfo]::InvariantCulture))
    @{ Process = Open-Process -Command $command -Environment $environment; Folders = $homeFolder, $programs }
}

function Complete-Scenario {
    param([hashtable]$Running)
    Close-Process $Running.Process
    foreach ($folder in $Running.Folders) { Clear-Folder $folder }
}

<# The page holds the newest result of each scenario, so that one may be repeated alone; without a result of every one
   nothing is written. #>
function Write-ReliabilityPage {
    param([hashtable]$Scenarios, [string]$ResultFolder)
    $names = @($Scenarios.Keys | Sort-Object { $Scenarios[$_].Order })
    $missing = @($names | Where-Object { -not (Test-Path -LiteralPath (Join-Path $ResultFolder "$_.json")) })
    if ($missing) {
        Write-Information "docs/reliability.md was left as it is: no result yet of $($missing -join ', ')."
        return
    }
    $results = foreach ($name in $names) {
        [IO.File]::ReadAllText((Join-Path $ResultFolder "$name.json")) | ConvertFrom-Json
    }
    $lines = @(
        '# Reliability, in figures', ''
        'Made by `./build.ps1 Reliability`; not written by hand. Each scenario runs against the simulated Notion and a'
        'real SecretStore vault, in a home of its own. Lost: what should not have been, each named below the table as a'
        'PROBLEM: calls that failed, pairs, connections or foreign secrets that were lost without a word, errors that'
        'say nothing. Sign-ins that ended in NeedsReconnect are counted below the table. Leaked: files in which a'
        'secret of the run was found, as it is, in UTF-16, in hexadecimal or in base64. A row is the newest run of its'
        'scenario; the rows need not be of one run.', ''
        '| What was done | Tried | Lost | Leaked | Date | Repeat it |', '|---|---|---|---|---|---|'
    )
    foreach ($result in $results) {
        $command =
            "./build.ps1 Reliability -Scenario $($result.Scenario) -Rounds $($result.Rounds) -Seed $($result.Seed)"
        $leaked = if ($result.Leaked -lt 0) { 'not searched' } else { $result.Leaked }
        $lines += '| {0} | {1} | {2} | {3} | {4} | `{5}` |' -f ($Scenarios[$result.Scenario].Title -join ' '),
            $result.Tried, $result.Lost, $leaked, $result.Date, $command
    }
    $searched = @($results | Where-Object Leaked -GE 0)
    $sums = foreach ($what in 'Secrets', 'Files', 'Leaked') { ($searched | Measure-Object -Property $what -Sum).Sum }
    $lines += '| Every secret of these runs, searched for in all that they wrote: output of all streams, ' +
        "transcripts, errors, homes, temporary files | $($sums[0]) secrets in $($sums[1]) files | - | " +
        "$($sums[2]) | with each | with each |"
    # Left behind by the last whole test run.
    $file = Join-Repository 'out', 'TestResults', 'secrets.json'
    $test = if (Test-Path -LiteralPath $file) { [IO.File]::ReadAllText($file) | ConvertFrom-Json }
    $row = if ($test) {
        "$($test.Secrets) secrets in $($test.Files) files | - | $(@($test.Found).Count) | $($test.Date)"
    }
    else { 'not yet here | - | not searched | -' }
    $lines += '| Every secret of the whole test run, searched for in all that it wrote: output, results, homes ' +
        "with their vaults, temporary files | $row | ``./build.ps1 Test`` |"
    foreach ($result in $results) {
        $lines += '', "## $($result.Scenario)", ''
        foreach ($fact in @($result.Facts)) { $lines += "- $fact" }
        foreach ($problem in @($result.Problems)) { $lines += "- PROBLEM: $problem" }
        $lines += "- It took $($result.Seconds) s."
    }
    if ($test) {
        $lines += '', '## The test run', '', "- $(@($test.Suites) -join '; '). It took $($test.Seconds) s."
        $lines += '- Not searched: the folders of a test vault that encrypts nothing, the addresses and headers that ' +
            'a test browser wrote down, and files into which a test wrote a secret to see whether it is found.'
        foreach ($one in @($test.Found)) { $lines += "- PROBLEM: A secret was written: $one" }
    }
    $machine = $results[-1].Machine
    $lines += '', '## The machine', '',
        ("$($machine.Cores) cores, shared with other work; $($machine.System); PowerShell " +
        "$($machine.PowerShell) on $($machine.Runtime); $(@($machine.Modules) -join ', ').")
    [IO.File]::WriteAllText((Join-Repository 'docs', 'reliability.md'), ($lines -join "`n") + "`n")
    Write-Information 'Written: docs/reliability.md'
}
