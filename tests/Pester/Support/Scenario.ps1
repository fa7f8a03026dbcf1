# Plays a reliability scenario; for the files Reliability*.Tests.ps1, which have loaded the support module before.
$root = (Resolve-Path (Join-Path $PSScriptRoot '../../..')).Path

function Invoke-Scenario([string] $Name, [string[]] $Size) {
    $result = Join-Path (New-TestFolder 'result') 'result.json'
    $before = $env:HOME
    try {
        $env:HOME = New-TestFolder 'scenario'
        $script = "$root/tests/Reliability/Invoke-Scenario.ps1"
        $arguments = @('-Name', $Name, '-ModulePath', (Get-NotionAuthPath), '-Result', $result) + $Size
        $output = pwsh -NoProfile -NonInteractive -File $script @arguments 2>&1
        $code = $LASTEXITCODE
    }
    finally { $env:HOME = $before }
    if (-not (Test-Path -LiteralPath $result)) { throw "The scenario wrote no result (exit code $code): $output" }
    Get-Content -LiteralPath $result -Raw | ConvertFrom-Json
}

function Assert-NothingLost([string] $Name, [string[]] $Size) {
    $result = Invoke-Scenario $Name $Size
    $result.Problems | Should -BeNullOrEmpty
    $result.Lost | Should -Be 0
    $result.Leaked | Should -Be 0
    $result.Secrets | Should -BeGreaterThan 3
}
