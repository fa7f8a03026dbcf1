# Benchmark: the works of benchmarks/, each beside its peers, and docs/benchmarks.md made of what they showed.

function Invoke-Benchmark {
    param([string]$Configuration, [string[]]$Work, [int]$Runs)
    $works = Import-PowerShellDataFile -LiteralPath (Join-Repository 'benchmarks', 'Works.psd1')
    $wanted = @($works.Keys | Sort-Object { $works[$_].Order } | Where-Object { -not $Work -or $Work -contains $_ })
    foreach ($name in $Work) { if (-not $works.ContainsKey($name)) { throw "No work '$name'. There are: $(($works.Keys | Sort-Object) -join ', ')." } }

    Invoke-Build -Configuration $Configuration
    Install-NodePackage
    $modules = @(Resolve-VaultModule)
    $results = Join-Repository 'out', 'Benchmarks'
    $null = [IO.Directory]::CreateDirectory($results)
    foreach ($name in $wanted) {
        Write-Heading $name
        $code = Invoke-Work $name $Configuration $modules (Join-Path $results "$name.json") $Runs
        if ($code -ne 0) { throw "The work '$name' could not be measured: exit code $code." }
    }
}

<# One work in a process and a home of its own. #>
function Invoke-Work {
    param([string]$Name, [string]$Configuration, [object[]]$Modules, [string]$ResultFile, [int]$Runs)
    if (Test-Path -LiteralPath $ResultFile) { Remove-Item -LiteralPath $ResultFile }
    $homeFolder = Get-TemporaryHome
    try {
        $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder @(Get-ModuleFolder $Modules)
        $command = @(Get-PowerShellProgram) + @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Repository 'benchmarks', 'Invoke-Work.ps1'),
            '-Name', $Name, '-ModulePath', (Join-Path (Get-StagedModule) 'NotionAuth.psd1'), '-FakePath', (Get-FakeNotionPath $Configuration),
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
