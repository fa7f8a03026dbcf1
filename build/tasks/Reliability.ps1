# Reliability: races, kills and vault failures, and docs/reliability.md made of what they showed.

function Invoke-Reliability {
    param([string]$Configuration, [string[]]$Scenario, [int]$Rounds, [int]$Seed)
    if (Test-Windows) { throw 'The scenarios kill processes and spoil files the way Linux and macOS do it. Run them there, or in WSL.' }
    $scenarios = Import-PowerShellDataFile -LiteralPath (Join-Repository 'tests', 'Reliability', 'Scenarios.psd1')
    $wanted = @($scenarios.Keys | Sort-Object { $scenarios[$_].Order } | Where-Object { -not $Scenario -or $Scenario -contains $_ })
    foreach ($name in $Scenario) { if (-not $scenarios.ContainsKey($name)) { throw "No scenario '$name'. There are: $(($scenarios.Keys | Sort-Object) -join ', ')." } }

    Invoke-Build -Configuration $Configuration
    $modules = @(Resolve-VaultModule)
    $results = Join-Repository 'out', 'Reliability'
    $null = [IO.Directory]::CreateDirectory($results)
    $isGood = $true
    foreach ($name in $wanted) {
        Write-Heading $name
        if ((Invoke-Scenario $name $Configuration $modules (Join-Path $results "$name.json") $Rounds $Seed) -ne 0) { $isGood = $false }
    }
    Write-ReliabilityPage $scenarios $results
    $isGood
}

<# One scenario in a home of its own, with copies of the module and of the simulated Notion, so that a build beside it changes nothing. #>
function Invoke-Scenario {
    param([string]$Name, [string]$Configuration, [object[]]$Modules, [string]$ResultFile, [int]$Rounds, [int]$Seed)
    if (Test-Path -LiteralPath $ResultFile) { Remove-Item -LiteralPath $ResultFile }
    $programs = Get-TemporaryHome
    $homeFolder = Get-TemporaryHome
    try {
        Copy-Item -LiteralPath (Get-StagedModule) -Destination (Join-Path $programs 'NotionAuth') -Recurse
        $fake = Get-FakeNotionPath $Configuration
        Copy-Item -LiteralPath (Split-Path -Parent $fake) -Destination (Join-Path $programs 'Notion') -Recurse
        $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder @(Get-ModuleFolder $Modules)
        $command = @(Get-PowerShellProgram) + @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Repository 'tests', 'Reliability', 'Invoke-Scenario.ps1'),
            '-Name', $Name, '-ModulePath', (Join-Path $programs 'NotionAuth/NotionAuth.psd1'), '-FakePath', (Join-Path $programs 'Notion' | Join-Path -ChildPath (Split-Path -Leaf $fake)),
            '-Result', $ResultFile, '-Rounds', "$Rounds", '-Seed', "$Seed")
        $process = Open-Process -Command $command -Environment $environment
        $process.WaitForExit()
        $process.ExitCode
    }
    finally {
        foreach ($folder in $homeFolder, $programs) { Clear-Folder $folder }
    }
}

<# The page holds the newest result of each scenario, so that one may be repeated alone; without a result of every one nothing is written. #>
function Write-ReliabilityPage {
    param([hashtable]$Scenarios, [string]$ResultFolder)
    $names = @($Scenarios.Keys | Sort-Object { $Scenarios[$_].Order })
    $missing = @($names | Where-Object { -not (Test-Path -LiteralPath (Join-Path $ResultFolder "$_.json")) })
    if ($missing) {
        Write-Information "docs/reliability.md was left as it is: no result yet of $($missing -join ', ')."
        return
    }
    $results = foreach ($name in $names) { [IO.File]::ReadAllText((Join-Path $ResultFolder "$name.json")) | ConvertFrom-Json }
    $lines = @(
        '# Reliability, in figures', ''
        'Made by `./build.ps1 Reliability`; not written by hand. Each scenario runs against the simulated Notion and a real SecretStore vault, in a'
        'home of its own. Lost: calls, pairs, connections or foreign secrets that went without a word; sign-ins that ended in NeedsReconnect are counted below'
        'the table. Leaked: secret values of the run found in anything that the run wrote.', ''
        '| What was done | Tried | Lost | Leaked | Date | Repeat it |', '|---|---|---|---|---|---|'
    )
    foreach ($result in $results) {
        $command = "./build.ps1 Reliability -Scenario $($result.Scenario) -Rounds $($result.Rounds) -Seed $($result.Seed)"
        $lines += '| {0} | {1} | {2} | {3} | {4} | `{5}` |' -f $Scenarios[$result.Scenario].Title, $result.Tried, $result.Lost, $result.Leaked, $result.Date, $command
    }
    $secrets = ($results | Measure-Object -Property Secrets -Sum).Sum
    $files = ($results | Measure-Object -Property Files -Sum).Sum
    $lines += "| Search for every token, code and client secret in all that these runs wrote: output of all streams, transcripts, errors, homes, temporary files | $secrets secrets in $files files | - | $(($results | Measure-Object -Property Leaked -Sum).Sum) | with each | with each |"
    foreach ($result in $results) {
        $lines += '', "## $($result.Scenario)", ''
        foreach ($fact in @($result.Facts)) { $lines += "- $fact" }
        foreach ($problem in @($result.Problems)) { $lines += "- PROBLEM: $problem" }
        $lines += "- It took $($result.Seconds) s."
    }
    $machine = $results[-1].Machine
    $lines += '', '## The machine', '', "$($machine.Cores) cores, shared with other work; $($machine.System); PowerShell $($machine.PowerShell) on $($machine.Runtime); $(@($machine.Modules) -join ', ')."
    [IO.File]::WriteAllText((Join-Repository 'docs', 'reliability.md'), ($lines -join "`n") + "`n")
    Write-Information 'Written: docs/reliability.md'
}
