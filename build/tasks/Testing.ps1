# Test: every suite, and the sums.

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

# What didn't run and why, in capitals. It is shown at once, and again before the sums.
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

<# The findings of PSScriptAnalyzer in our scripts. #>
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
