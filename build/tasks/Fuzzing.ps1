# Fuzz: the fuzz tests for longer, each time from another seed.

function Invoke-Fuzz {
    param([string]$Configuration, [int]$Second, [int]$Seed)
    Invoke-Program dotnet build, (Join-Repository 'NotionAuth.sln'), --configuration, $Configuration, --nologo, --verbosity, quiet
    if (-not $Seed) { $Seed = Get-Random -Minimum 1 -Maximum ([int]::MaxValue) }
    Write-Heading "Fuzzing for $Second s a target, seed $Seed"
    $env:NOTIONAUTH_FUZZ_SEED = $Seed
    $env:NOTIONAUTH_FUZZ_SECONDS = $Second
    try {
        Invoke-Program dotnet test, (Join-Repository 'tests', 'NotionAuth.Core.Tests'), --configuration, $Configuration, --no-build, --nologo, --filter, Category=Fuzz
    }
    finally { $env:NOTIONAUTH_FUZZ_SEED = $env:NOTIONAUTH_FUZZ_SECONDS = $null }
    Write-Information "Nothing broke. To repeat it: ./build.ps1 Fuzz -Second $Second -Seed $Seed"
}
