# Test: every suite, and true sums.

function Invoke-Test {
    param([string]$Configuration, [string[]]$Suite, [string]$Filter, [string[]]$File)
    # A wrong name is an error before anything is built.
    $files = @(if ($File) { Resolve-TestFile $File })
    if ($File) { $Suite = @($Suite | Where-Object { $_ -in $files.Suite }) }
    $how = @{ Configuration = $Configuration; Filter = $Filter }
    $results = @()
    $troubles = @()
    $run = Open-TestRun
    try {
        Invoke-Build -Configuration $Configuration
        Install-NodePackage
        if ($Suite -contains 'xunit') {
            $results += Invoke-XunitSuite @how -Run $run -File @($files | Where-Object Suite -EQ 'xunit')
        }
        if ($Suite -contains 'Pester') {
            if (-not $File) { $troubles += @(Get-ScriptFinding) }
            $results += Invoke-PesterSuite @how -Run $run -File @($files | Where-Object Suite -EQ 'Pester')
        }
    }
    catch { $troubles += $_.Exception.Message }
    $troubles += @(Complete-TestRun $run $results (-not $Filter -and -not $File -and $Suite.Count -eq 2))

    $sum = @{ Passed = 0; Failed = 0; Skipped = 0 }
    Write-SlowestTest $results
    Write-Heading 'Sums'
    foreach ($result in $results) {
        Write-Information ('{0,-7} {1} passed, {2} failed, {3} skipped' -f $result.Suite, $result.Passed,
            $result.Failed, $result.Skipped)
        $troubles += @($result.Troubles)
        if (-not $Filter -and $result.Passed + $result.Failed -eq 0) { $troubles += "$($result.Suite) ran no test." }
        foreach ($name in @($sum.Keys)) { $sum[$name] += $result.$name }
    }
    if ($sum.Passed + $sum.Failed -eq 0) { $troubles += 'No test ran.' }
    foreach ($line in @($script:NotRun) + @(Get-SkipNote $results)) { Write-Information $line }
    foreach ($trouble in $troubles) { Write-Information "TROUBLE: $trouble" }
    Write-Information ('{0} passed, {1} failed, {2} skipped' -f $sum.Passed, $sum.Failed, $sum.Skipped)
    $sum.Failed -eq 0 -and $troubles.Count -eq 0
}

# What didn't run and why, in capitals; said when it is known, and again before the sums.
$script:NotRun = @()

function Write-NotRun {
    param([string]$Text)
    Write-Information $Text
    $script:NotRun += $Text
}

function Write-SlowestTest {
    param([object[]]$Results)
    $slowest = @($Results | ForEach-Object { $_.Tests } | Sort-Object Seconds -Descending | Select-Object -First 20)
    if (-not $slowest) { return }
    Write-Heading 'The slowest tests'
    foreach ($test in $slowest) { Write-Information ('{0,6:0.0} s  {1}: {2}' -f $test.Seconds, $test.File, $test.Name) }
}

<# A line for each reason why tests were skipped. Those about SecretStore itself have theirs from the run, which knows
   why it has none. #>
function Get-SkipNote {
    param([object[]]$Results)
    $skipped = @($Results | ForEach-Object { $_.Tests } | Where-Object Result -EQ 'Skipped')
    $store = @($skipped | Where-Object IsOfStore)
    $why = $script:WhyStandIn
    if ($store -and $why) {
        "$($store.Count) TESTS ABOUT SECRETSTORE ITSELF WERE SKIPPED, AND ALL OTHERS RAN ON A STAND-IN: " +
            "$($why.ToUpperInvariant())"
    }
    foreach ($group in $skipped | Where-Object { -not ($_.IsOfStore -and $why) } |
            Group-Object { "$($_.File): $($_.Why)" }) {
        $first = $group.Group[0]
        $names = @($group.Group | Select-Object -First 3 -ExpandProperty Name) -join '; '
        $text =
            "$($group.Count) TESTS WERE SKIPPED IN $($first.File): $(if ($first.Why) { $first.Why } else { $names })"
        $text.ToUpperInvariant()
    }
}

$script:WhyStandIn = ''

<# Every secret that the tests make up carries the run's mark, so that what the run wrote can be searched for all of
   them. #>
function Open-TestRun {
    $run = [pscustomobject]@{
        Id = [guid]::NewGuid().ToString(); Folder = Get-TemporaryHome; Started = [datetime]::UtcNow
    }
    foreach ($name in 'counts', 't') { $null = [IO.Directory]::CreateDirectory((Join-Path $run.Folder $name)) }
    $run
}

<# The environment of what belongs to the run: with its mark, and with a folder for temporary files that is searched. #>
function Get-TestRunEnvironment {
    param([object]$Run, [string]$TemporaryFolder)
    $environment = @{ NOTIONAUTH_TEST_RUN = $Run.Id; NOTIONAUTH_TEST_COUNTS = Join-Path $Run.Folder 'counts' }
    foreach ($name in 'TMPDIR', 'TEMP', 'TMP') { $environment[$name] = $TemporaryFolder }
    $environment
}

<# What a part of the run left behind is searched before it is removed. #>
function Search-TestRun {
    param([object]$Run, [string]$Name, [string[]]$Path)
    Import-Module (Join-Repository 'tests', 'SecretSearch.psm1')
    $files = 0
    $leaks = foreach ($folder in $Path) {
        foreach ($found in Search-Secret -Path $folder -Mark (Get-SecretMark $Run.Id) -Exclude $script:OutsideWorld) {
            $files += $found.Files
            if ($found.Kind) { "$($found.Kind) in $($found.File.Substring($folder.Length + 1)) ($Name)" }
        }
    }
    @{ Files = $files; Found = @($leaks) }
}

<# The sum of the searches; that of a whole run is kept for docs/reliability.md. #>
function Complete-TestRun {
    param([object]$Run, [object[]]$Results, [bool]$IsWhole)
    try {
        $files = [int]($Results | Measure-Object -Property Searched -Sum | ForEach-Object Sum)
        $found = @($Results | ForEach-Object { $_.Leaks })
        $counts = Get-ChildItem -LiteralPath (Join-Path $Run.Folder 'counts') -File
        $secrets = [int]($counts | Measure-Object -Property Length -Sum | ForEach-Object Sum)
        Write-Heading 'Secrets'
        Write-Information ("$secrets secrets were made up in this run and searched for in $files files that it " +
            "wrote: $($found.Count) found.")
        if ($IsWhole) {
            @{
                Date = $Run.Started.ToString('yyyy-MM-dd'); Secrets = $secrets; Files = $files; Found = $found
                Seconds = [int]([datetime]::UtcNow - $Run.Started).TotalSeconds
                Suites = @($Results |
                    ForEach-Object { "$($_.Suite) $($_.Passed) passed, $($_.Failed) failed, $($_.Skipped) skipped" })
            } | ConvertTo-Json | Set-Content -LiteralPath (Join-Repository 'out', 'TestResults', 'secrets.json')
        }
        foreach ($one in $found) { "A secret was written: $one." }
    }
    finally { Clear-Folder $Run.Folder }
}

# Vaults that encrypt nothing, a browser's own records, and files that a test wrote a secret into to see whether it is
# found.
$script:OutsideWorld =
    'plain-file-vault|[\\/](vault|control)-\d+-[0-9a-f]{8}[\\/]|' +
    '[\\/](person|chromium)-\d+-[0-9a-f]{8}[\\/](head-\d+\.txt|address)$'

function Get-SuiteResult {
    param([string]$Name)
    [pscustomobject]@{
        Suite = $Name; Passed = 0; Failed = 0; Skipped = 0; Troubles = @(); Searched = 0; Leaks = @(); Tests = @()
    }
}

function Invoke-XunitSuite {
    param([object]$Run, [string]$Configuration, [string]$Filter, [object[]]$File)
    Write-Heading 'xunit'
    $folder = Join-Repository 'out', 'TestResults', 'xunit'
    Clear-Folder $folder
    $null = [IO.Directory]::CreateDirectory($folder)
    $arguments = @(
        'test', (Join-Repository 'NotionAuth.sln'), '--configuration', $Configuration, '--no-build', '--nologo'
        '--logger', 'trx', '--results-directory', $folder, '--blame-hang-timeout', '10m', '--blame-hang-dump-type',
            'none'
    )
    $expression = Get-XunitFilter $File $Filter
    if ($expression) { $arguments += '--filter', $expression }
    $temporary = Join-Path $Run.Folder 't'
    $code = Invoke-WithEnvironment (Get-TestRunEnvironment $Run $temporary) {
        & dotnet @arguments 2>&1 | ForEach-Object { "$_" } | Tee-Object -FilePath (Join-Path $folder 'output.txt') |
            Out-Host
        $LASTEXITCODE
    }

    $result = Get-SuiteResult 'xunit'
    $searched = Search-TestRun $Run 'xunit' $folder, $temporary
    $result.Searched = $searched.Files
    $result.Leaks = $searched.Found
    foreach ($file in @(Get-ChildItem -Path $folder -Filter *.trx -Recurse -ErrorAction Ignore)) {
        $content = ([xml][IO.File]::ReadAllText($file.FullName)).TestRun
        $result.Tests += @(foreach ($test in $content.SelectNodes('//*[local-name() = "UnitTestResult"]')) {
                $why = $test.SelectSingleNode('.//*[local-name() = "Message" or local-name() = "StdOut"]')
                $outcome = if ($test.outcome -eq 'NotExecuted') { 'Skipped' } else { $test.outcome }
                $time = $test.GetAttribute('duration')
                [pscustomobject]@{
                    File = 'xunit'; Name = $test.testName -replace '^NotionAuth\.Core\.Tests\.'
                    Seconds = if ($time) { ([timespan]$time).TotalSeconds } else { 0 }
                    Result = $outcome; Why = if ($why) { $why.InnerText.Trim() } else { '' }; IsOfStore = $false
                }
            })
        $counters = $content.ResultSummary.Counters
        $failed = [int]$counters.failed + [int]$counters.error + [int]$counters.timeout + [int]$counters.aborted
        $result.Passed += [int]$counters.passed
        $result.Failed += $failed
        $result.Skipped += [int]$counters.total - [int]$counters.passed - $failed
    }
    if ($code -ne 0 -and $result.Failed -eq 0) { $result.Troubles += "dotnet test ended with exit code $code." }
    $result
}

# What this measures of the machine's time would be another's, too: it runs alone, after the others.
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
    # Much of a file's time is waiting, for processes that start and for pauses that are asked for: three for two cores.
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

<# Whether tests of this name can be in the file. Names are matched as they stand there; of a computed one, or a
   pattern, nobody can tell. #>
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

<# Shows what a file has said, all of it together, and counts its tests. #>
function Complete-PesterFile {
    param([object]$Run, [object]$Running)
    $name = $Running.File.Name
    $result = Get-SuiteResult $name
    try {
        $code = if ($Running.Process.HasExited) { $Running.Process.ExitCode } else { 124 }
        Close-Process $Running.Process
        # What it said last may still be on its way into the file.
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

<# What PSScriptAnalyzer has to say about our scripts. #>
function Get-ScriptFinding {
    Write-Heading 'PSScriptAnalyzer'
    try { Import-Module (Resolve-RequiredModule -Name PSScriptAnalyzer -Minimum 1.21.0).Path }
    catch {
        Write-NotRun "THE SCRIPTS WERE NOT ANALYZED: $($_.Exception.Message)"
        return
    }
    $scripts = Get-ChildItem -Path (Join-Repository) -Recurse -File -Include *.ps1, *.psm1, *.psd1 |
        Where-Object {
            $_.FullName -notmatch '[\\/](out|bin|obj|node_modules|\.git)[\\/]' -and $_.Name -ne 'NotionAuth.psd1'
        }
    # The manifest is looked at where the files that it names are.
    $scripts = @($scripts) + @(Get-Item -LiteralPath (Join-Path (Get-StagedModule) 'NotionAuth.psd1'))
    # What BeforeAll assigns is used elsewhere, helpers make and remove things, made-up secrets are no secrets; and all
    # run in PowerShell 7.
    $notInTests = 'PSUseDeclaredVarsMoreThanAssignments', 'PSUseShouldProcessForStateChangingFunctions',
        'PSAvoidUsingConvertToSecureStringWithPlainText',
    'PSUseSingularNouns', 'PSReviewUnusedParameter', 'PSAvoidUsingPlainTextForPassword',
    'PSAvoidUsingUsernameAndPasswordParams', 'PSUseCompatibleSyntax', 'PSUseBOMForUnicodeEncodedFile'
    $findings = foreach ($script in $scripts) {
        $exclude = @{}
        # FakeNotion.psm1 is for others, too, also in Windows PowerShell.
        if ($script.FullName -match '[\\/](tests|benchmarks)[\\/]' -and $script.Name -ne 'FakeNotion.psm1') {
            $exclude.ExcludeRule = $notInTests
        }
        Invoke-ScriptAnalyzer -Path $script.FullName -Settings (
            Join-Repository 'PSScriptAnalyzerSettings.psd1'
        ) @exclude
    }
    foreach ($finding in @($findings)) {
        '{0}({1}): {2}: {3}' -f $finding.ScriptName, $finding.Line, $finding.RuleName, $finding.Message
    }
    Write-Information "$($scripts.Count) scripts, $(@($findings).Count) findings."
}

<# The npm packages of tests, where they aren't there already. Tests that need them say themselves that they are skipped
   without them. #>
function Install-NodePackage {
    foreach ($folder in (Join-Repository 'tests', 'sdk'), (Join-Repository 'tests', 'Pester', 'browser')) {
        $lock = Get-Item -Path (Join-Path $folder 'package-lock.json') -ErrorAction Ignore
        $installed = Get-Item -Path (Join-Path $folder 'node_modules/.package-lock.json') -Force -ErrorAction Ignore
        if (-not $lock -or ($installed -and $installed.LastWriteTimeUtc -ge $lock.LastWriteTimeUtc)) { continue }
        if (-not (Get-Program node) -or -not (Get-Program npm)) {
            Write-NotRun "THE NPM PACKAGES OF $folder WERE NOT INSTALLED: node and npm were not found."
            continue
        }
        try { Invoke-Program npm 'ci', '--prefix', $folder, '--no-audit', '--no-fund' }
        catch { Write-NotRun "THE NPM PACKAGES OF $folder WERE NOT INSTALLED: $($_.Exception.Message)" }
    }
}
