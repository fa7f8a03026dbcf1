# Fuzz: the fuzz tests for longer, each time from another seed.

function Invoke-Fuzz {
    param([string]$Configuration, [int]$Second, [int]$Seed)
    Invoke-Build -Configuration $Configuration
    if (-not $Seed) { $Seed = Get-Random -Minimum 1 -Maximum ([int]::MaxValue) }
    Write-Heading "Fuzzing for $Second s a target, seed $Seed"
    $env:NOTIONAUTH_FUZZ_SEED = $Seed
    $env:NOTIONAUTH_FUZZ_SECONDS = $Second
    try {
        Invoke-Program dotnet test, (Join-Repository 'tests', 'NotionAuth.Core.Tests'), --configuration, $Configuration,
            --no-build, --nologo, --filter, Category=Fuzz
        Invoke-ConversionFuzz -Configuration $Configuration -Second $Second
    }
    finally { $env:NOTIONAUTH_FUZZ_SEED = $env:NOTIONAUTH_FUZZ_SECONDS = $null }
    Write-Information "Nothing broke. To repeat it: ./build.ps1 Fuzz -Second $Second -Seed $Seed"
}

<# The conversion lives in PowerShell's assembly: its fuzzing is a Pester file. #>
function Invoke-ConversionFuzz {
    param([string]$Configuration, [int]$Second)
    $pester = Resolve-Pester
    $vault = Resolve-Vault $Configuration
    $folder = Join-Repository 'out', 'TestResults', 'Fuzz'
    Clear-Folder $folder
    $null = [IO.Directory]::CreateDirectory($folder)
    $run = Open-TestRun
    try {
        $file = Get-Item -LiteralPath (Join-Repository 'tests', 'Pester', 'Conversion.Fuzz.Tests.ps1')
        $how = @{ Configuration = $Configuration; Pester = $pester; Vault = $vault; ResultFolder = $folder }
        $result = Invoke-PesterFile -Run $run -File $file @how -TimeoutSec ($Second + 300)
        if ($result.Failed -or -not $result.Passed -or $result.Troubles) {
            throw "Fuzzing the conversion: $($result.Failed) failed. $($result.Troubles)"
        }
    }
    finally { Clear-Folder $run.Folder }
}
