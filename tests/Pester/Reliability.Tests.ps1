# The short form of build.ps1 Reliability: each scenario in a process and a HOME of its own.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    $isHere = $IsLinux -or $IsMacOS
    $scenarios = @(
        @{ Name = 'one-refresh'; Size = '-Rounds', 2, '-Processes', 2, '-Runspaces', 3 }
        @{ Name = 'many-connections'; Size = '-Rounds', 2, '-Processes', 3 }
        @{ Name = 'fleet'; Size = '-Rounds', 2, '-Processes', 4 }
        @{ Name = 'environments'; Size = '-Rounds', 3 }
        @{ Name = 'callback-attack'; Size = '-Rounds', 300 }
        @{ Name = 'request-attack'; Size = '-Rounds', 1 }
    )
    $ofStore = @(
        @{ Name = 'kills'; Size = '-Rounds', 5 }
        @{ Name = 'vault-faults-before'; Size = '-Rounds', 3 }
        @{ Name = 'vault-faults-between'; Size = '-Rounds', 4 }
        @{ Name = 'vault-faults-during'; Size = '-Rounds', 3 }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1')
    Initialize-NotionAuthTest
    $root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
    $fake = $env:NOTIONAUTH_FAKE_DLL
    if (-not $fake) { $fake = (Get-ChildItem -Path "$root/tests/NotionAuth.FakeNotion/bin/*/net10.0/NotionAuth.FakeNotion.dll" | Select-Object -Last 1).FullName }

    function Invoke-Scenario([string] $Name, [string[]] $Size) {
        $result = Join-Path (New-TestFolder 'result') 'result.json'
        $before = $env:HOME
        try {
            $env:HOME = New-TestFolder 'scenario'
            $said = pwsh -NoProfile -NonInteractive -File "$root/tests/Reliability/Invoke-Scenario.ps1" -Name $Name -ModulePath (Get-NotionAuthPath) -FakePath $fake -Result $result @Size 2>&1
            $code = $LASTEXITCODE
        }
        finally { $env:HOME = $before }
        if (-not (Test-Path -LiteralPath $result)) { throw "The scenario wrote no result (exit code $code): $said" }
        Get-Content -LiteralPath $result -Raw | ConvertFrom-Json
    }

    function Assert-NothingLost([string] $Name, [string[]] $Size) {
        $result = Invoke-Scenario $Name $Size
        $result.Problems | Should -BeNullOrEmpty
        $result.Lost | Should -Be 0
        $result.Leaked | Should -Be 0
        $result.Secrets | Should -BeGreaterThan 3
    }
}

Describe 'A token under races, kills and vault failures' -Skip:(-not $isHere) {
    It 'loses nothing and leaks nothing: <Name>' -ForEach $scenarios {
        Assert-NothingLost $Name $Size
    }

    It 'loses nothing and leaks nothing: <Name>' -Tag SecretStore -Skip:(-not $isHere -or -not (Test-SecretStore)) -ForEach $ofStore {
        Assert-NothingLost $Name $Size
    }
}
