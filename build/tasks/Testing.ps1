# Test: every suite, and true sums.

function Invoke-Test {
    param([string]$Configuration, [string[]]$Suite, [string]$Filter)
    $results = @()
    $troubles = @()
    $run = Open-TestRun
    try {
        Invoke-Build -Configuration $Configuration
        Install-NodePackage
        if ($Suite -contains 'xunit') { $results += Invoke-XunitSuite -Run $run -Configuration $Configuration -Filter $Filter }
        if ($Suite -contains 'Pester') {
            $troubles += @(Get-ScriptFinding)
            $results += Invoke-PesterSuite -Run $run -Configuration $Configuration -Filter $Filter
        }
    }
    catch { $troubles += $_.Exception.Message }
    $troubles += @(Complete-TestRun $run $results (-not $Filter -and $Suite.Count -eq 2))

    $sum = @{ Passed = 0; Failed = 0; Skipped = 0 }
    Write-Heading 'Sums'
    foreach ($result in $results) {
        Write-Information ('{0,-7} {1} passed, {2} failed, {3} skipped' -f $result.Suite, $result.Passed, $result.Failed, $result.Skipped)
        $troubles += @($result.Troubles)
        if (-not $Filter -and $result.Passed + $result.Failed -eq 0) { $troubles += "$($result.Suite) ran no test." }
        foreach ($name in @($sum.Keys)) { $sum[$name] += $result.$name }
    }
    if ($sum.Passed + $sum.Failed -eq 0) { $troubles += 'No test ran.' }
    foreach ($trouble in $troubles) { Write-Information "TROUBLE: $trouble" }
    Write-Information ('{0} passed, {1} failed, {2} skipped' -f $sum.Passed, $sum.Failed, $sum.Skipped)
    $sum.Failed -eq 0 -and $troubles.Count -eq 0
}

<# Every secret that the tests make up carries the run's mark, so that what the run wrote can be searched for all of them. #>
function Open-TestRun {
    $run = [pscustomobject]@{ Id = [guid]::NewGuid().ToString(); Folder = Get-TemporaryHome; Started = [datetime]::UtcNow }
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
    if ($PSVersionTable.PSVersion -lt [version]'7.4') {
        Write-Information 'WHAT THE TESTS WROTE WAS NOT SEARCHED FOR SECRETS: that needs PowerShell 7.4.'
        return @{ Files = 0; Found = @() }
    }
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
        $files = ($Results | Measure-Object -Property Searched -Sum).Sum
        $found = @($Results | ForEach-Object { $_.Leaks })
        $secrets = [int](Get-ChildItem -LiteralPath (Join-Path $Run.Folder 'counts') -File | Measure-Object -Property Length -Sum).Sum
        Write-Heading 'Secrets'
        Write-Information "$secrets secrets were made up in this run and searched for in $files files that it wrote: $($found.Count) found."
        if ($IsWhole) {
            @{
                Date = $Run.Started.ToString('yyyy-MM-dd'); Secrets = $secrets; Files = [int]$files; Found = $found; Seconds = [int]([datetime]::UtcNow - $Run.Started).TotalSeconds
                Suites = @($Results | ForEach-Object { "$($_.Suite) $($_.Passed) passed, $($_.Failed) failed, $($_.Skipped) skipped" })
            } | ConvertTo-Json | Set-Content -LiteralPath (Join-Repository 'out', 'TestResults', 'secrets.json')
        }
        foreach ($one in $found) { "A secret was written: $one." }
    }
    finally { Clear-Folder $Run.Folder }
}

# A vault that encrypts nothing, a browser's own records, and files that a test wrote a secret into to see whether it is found.
$script:OutsideWorld = '[\\/](vault|control)-\d+-[0-9a-f]{8}[\\/]|[\\/](person|chromium)-\d+-[0-9a-f]{8}[\\/](head-\d+\.txt|address)$'

function Get-SuiteResult {
    param([string]$Name)
    [pscustomobject]@{ Suite = $Name; Passed = 0; Failed = 0; Skipped = 0; Troubles = @(); Searched = 0; Leaks = @() }
}

function Invoke-XunitSuite {
    param([object]$Run, [string]$Configuration, [string]$Filter)
    Write-Heading 'xunit'
    $folder = Join-Repository 'out', 'TestResults', 'xunit'
    Clear-Folder $folder
    $null = [IO.Directory]::CreateDirectory($folder)
    $arguments = @(
        'test', (Join-Repository 'NotionAuth.sln'), '--configuration', $Configuration, '--no-build', '--nologo'
        '--logger', 'trx', '--results-directory', $folder, '--blame-hang-timeout', '10m', '--blame-hang-dump-type', 'none'
    )
    if ($Filter) { $arguments += '--filter', "FullyQualifiedName~$Filter" }
    $temporary = Join-Path $Run.Folder 't'
    $code = Invoke-WithEnvironment (Get-TestRunEnvironment $Run $temporary) {
        & dotnet @arguments 2>&1 | ForEach-Object { "$_" } | Tee-Object -FilePath (Join-Path $folder 'output.txt') | Out-Host
        $LASTEXITCODE
    }

    $result = Get-SuiteResult 'xunit'
    $searched = Search-TestRun $Run 'xunit' $folder, $temporary
    $result.Searched = $searched.Files
    $result.Leaks = $searched.Found
    foreach ($file in @(Get-ChildItem -Path $folder -Filter *.trx -Recurse -ErrorAction Ignore)) {
        $counters = ([xml][IO.File]::ReadAllText($file.FullName)).TestRun.ResultSummary.Counters
        $failed = [int]$counters.failed + [int]$counters.error + [int]$counters.timeout + [int]$counters.aborted
        $result.Passed += [int]$counters.passed
        $result.Failed += $failed
        $result.Skipped += [int]$counters.total - [int]$counters.passed - $failed
    }
    if ($code -ne 0 -and $result.Failed -eq 0) { $result.Troubles += "dotnet test ended with exit code $code." }
    $result
}

function Invoke-PesterSuite {
    param([object]$Run, [string]$Configuration, [string]$Filter)
    Write-Heading 'Pester'
    $result = Get-SuiteResult 'Pester'
    try {
        $pester = Resolve-RequiredModule -Name Pester -Minimum 5.5.0 -Below 6.0
        $modules = @(Resolve-VaultModule) + @($pester)
    }
    catch {
        $result.Troubles += "THE PESTER SUITE WAS NOT RUN: $($_.Exception.Message)"
        return $result
    }

    $folder = Join-Repository 'out', 'TestResults', 'Pester'
    Clear-Folder $folder
    $null = [IO.Directory]::CreateDirectory($folder)
    foreach ($file in @(Get-ChildItem -Path (Join-Repository 'tests', 'Pester') -Filter *.Tests.ps1 -Recurse | Where-Object FullName -NotMatch 'node_modules')) {
        $one = Invoke-PesterFile -Run $Run -File $file -Configuration $Configuration -Filter $Filter -Modules $modules -ResultFolder $folder
        foreach ($name in 'Passed', 'Failed', 'Skipped') { $result.$name += $one.$name }
        $result.Troubles += @($one.Troubles)
        $result.Searched += $one.Searched
        $result.Leaks += @($one.Leaks)
    }
    $results = Search-TestRun $Run 'results' $folder
    $result.Searched += $results.Files
    $result.Leaks += $results.Found
    $result
}

<# One test file in a process and a home of its own, so that no vault, connection or current state goes from one file to the next. #>
function Invoke-PesterFile {
    param([object]$Run, [IO.FileInfo]$File, [string]$Configuration, [string]$Filter, [object[]]$Modules, [string]$ResultFolder, [int]$TimeoutSec = 1200)
    $result = Get-SuiteResult $File.Name
    $summary = Join-Path $ResultFolder "$($File.BaseName).json"
    $homeFolder = Get-TemporaryHome
    try {
        $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder @(Get-ModuleFolder $Modules)
        # The tests take this home for theirs and leave it to be searched. Its path is short: sockets live below it.
        $environment.NOTIONAUTH_TEST_HOME = $homeFolder
        $temporary = [IO.Directory]::CreateDirectory((Join-Path $homeFolder 't')).FullName
        $marks = Get-TestRunEnvironment $Run $temporary
        foreach ($variable in $marks.Keys) { $environment[$variable] = $marks[$variable] }
        $environment.NOTIONAUTH_FAKE_DLL = Get-FakeNotionPath $Configuration
        if (-not $env:NOTIONAUTH_MODULE_PATH) { $environment.NOTIONAUTH_MODULE_PATH = Join-Path (Get-StagedModule) 'NotionAuth.psd1' }
        $pester = ($Modules | Where-Object Name -EQ Pester).Path
        $arguments = @('-TestFile', $File.FullName, '-Summary', $summary, '-PesterModule', $pester)
        if ($Filter) { $arguments += '-Filter', "*$Filter*" }
        $code = Invoke-ChildScript -Script 'Invoke-PesterFile.ps1' -HomeFolder $homeFolder -Environment $environment -TimeoutSec $TimeoutSec -Arguments $arguments -OutputFile (Join-Path $ResultFolder "$($File.BaseName).txt")
        $searched = Search-TestRun $Run $File.Name $homeFolder
        $result.Searched = $searched.Files
        $result.Leaks = $searched.Found
    }
    finally { Clear-Folder $homeFolder }

    if (-not (Test-Path -LiteralPath $summary)) {
        $result.Troubles += "$($File.Name) broke off with exit code $code."
        return $result
    }
    $read = [IO.File]::ReadAllText($summary) | ConvertFrom-Json
    foreach ($name in 'Passed', 'Failed', 'Skipped') { $result.$name = [int]$read.$name }
    if ($result.Failed -eq 0 -and ($code -ne 0 -or $read.Result -ne 'Passed')) { $result.Troubles += "$($File.Name): $($read.Result), exit code $code." }
    $result
}

<# What PSScriptAnalyzer has to say about our scripts. #>
function Get-ScriptFinding {
    Write-Heading 'PSScriptAnalyzer'
    if (-not (Get-Module -ListAvailable -Name PSScriptAnalyzer)) {
        Write-Information 'THE SCRIPTS WERE NOT ANALYZED: the module PSScriptAnalyzer is not installed (Install-Module PSScriptAnalyzer -Scope CurrentUser).'
        return
    }
    $scripts = Get-ChildItem -Path (Join-Repository) -Recurse -File -Include *.ps1, *.psm1, *.psd1 |
        Where-Object { $_.FullName -notmatch '[\\/](out|bin|obj|node_modules|\.git)[\\/]' -and $_.Name -ne 'NotionAuth.psd1' }
    # The manifest is looked at where the files that it names are.
    $scripts = @($scripts) + @(Get-Item -LiteralPath (Join-Path (Get-StagedModule) 'NotionAuth.psd1'))
    # What BeforeAll assigns is used elsewhere, helpers make and remove things, made-up secrets are no secrets; and all run in PowerShell 7.
    $notInTests = 'PSUseDeclaredVarsMoreThanAssignments', 'PSUseShouldProcessForStateChangingFunctions', 'PSAvoidUsingConvertToSecureStringWithPlainText',
    'PSUseSingularNouns', 'PSReviewUnusedParameter', 'PSAvoidUsingPlainTextForPassword', 'PSAvoidUsingUsernameAndPasswordParams', 'PSUseCompatibleSyntax', 'PSUseBOMForUnicodeEncodedFile'
    $findings = foreach ($script in $scripts) {
        $exclude = @{}
        if ($script.FullName -match '[\\/](tests|benchmarks)[\\/]') { $exclude.ExcludeRule = $notInTests }
        Invoke-ScriptAnalyzer -Path $script.FullName -Settings (Join-Repository 'PSScriptAnalyzerSettings.psd1') @exclude
    }
    foreach ($finding in @($findings)) { '{0}({1}): {2}: {3}' -f $finding.ScriptName, $finding.Line, $finding.RuleName, $finding.Message }
    Write-Information "$($scripts.Count) scripts, $(@($findings).Count) findings."
}

<# The npm packages of tests, where they aren't there already. Tests that need them say themselves that they are skipped without them. #>
function Install-NodePackage {
    foreach ($folder in (Join-Repository 'tests', 'sdk'), (Join-Repository 'tests', 'Pester', 'browser')) {
        $lock = Get-Item -Path (Join-Path $folder 'package-lock.json') -ErrorAction Ignore
        $installed = Get-Item -Path (Join-Path $folder 'node_modules/.package-lock.json') -Force -ErrorAction Ignore
        if (-not $lock -or ($installed -and $installed.LastWriteTimeUtc -ge $lock.LastWriteTimeUtc)) { continue }
        if (-not (Get-Program node) -or -not (Get-Program npm)) {
            Write-Information "THE NPM PACKAGES OF $folder WERE NOT INSTALLED: node and npm were not found."
            continue
        }
        try { Invoke-Program npm 'ci', '--prefix', $folder, '--no-audit', '--no-fund' }
        catch { Write-Information "THE NPM PACKAGES OF $folder WERE NOT INSTALLED: $($_.Exception.Message)" }
    }
}
