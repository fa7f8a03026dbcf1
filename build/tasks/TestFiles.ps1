# Test -File: which test files the names mean.

<# All test files: the suite, the name without its ending, and the path. #>
function Get-TestFile {
    $ofPester = Get-ChildItem -Path (Join-Repository 'tests', 'Pester') -Filter *.Tests.ps1 -Recurse |
        Where-Object { $_.FullName -notmatch '[\\/]node_modules[\\/]' }
    foreach ($file in $ofPester) {
        [pscustomobject]@{ Suite = 'Pester'; Name = $file.Name -replace '\.Tests\.ps1$'; File = $file }
    }

    $ofXunit = Get-ChildItem -Path (Join-Repository 'tests', 'NotionAuth.Core.Tests') -Filter *Tests.cs -Recurse |
        Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' }
    foreach ($file in $ofXunit) { [pscustomobject]@{ Suite = 'xunit'; Name = $file.BaseName; File = $file } }
}

<# The files that the names mean; a name may be a path, and may have wildcards. #>
function Resolve-TestFile {
    param([string[]]$Name)
    $all = @(Get-TestFile)
    foreach ($one in $Name) {
        $wanted = ($one -split '[\\/]')[-1] -replace '\.Tests\.ps1$|\.cs$'
        $found = @($all | Where-Object Name -Like $wanted)
        if (-not $found) {
            throw "No test file '$one'. The nearest names: $((Get-NearestName $wanted $all.Name) -join ', ')."
        }
        $found
    }
}

<# Five names: those that contain the word, then those that differ from it in the fewest letters. #>
function Get-NearestName {
    param([string]$Word, [string[]]$Name)
    $rated = foreach ($one in $Name) {
        $isPart = $one.Contains($Word, [StringComparison]::OrdinalIgnoreCase)
        [pscustomobject]@{ Name = $one; IsPart = $isPart; Distance = Get-EditDistance $Word $one }
    }
    ($rated | Sort-Object @{ Expression = 'IsPart'; Descending = $true }, Distance | Select-Object -First 5).Name
}

<# How many letters must be added, removed or replaced to make one word of the other (Levenshtein). #>
function Get-EditDistance {
    param([string]$From, [string]$To)
    $a, $b = $From.ToLowerInvariant(), $To.ToLowerInvariant()
    $above = @(0..$b.Length)
    for ($i = 1; $i -le $a.Length; $i++) {
        $row = @($i)
        for ($j = 1; $j -le $b.Length; $j++) {
            $replaced = $above[$j - 1] + [int]($a[$i - 1] -ne $b[$j - 1])
            $row += [Math]::Min($replaced, [Math]::Min($above[$j], $row[$j - 1]) + 1)
        }
        $above = $row
    }
    $above[-1]
}

<# The filter for dotnet test: the classes of the files, and the text in the full name. #>
function Get-XunitFilter {
    param([object[]]$File, [string]$Filter)
    $classes = foreach ($one in $File) {
        $text = [IO.File]::ReadAllText($one.File.FullName)
        foreach ($found in [regex]::Matches($text, '(?m)^public (sealed |partial )*class (\w+)')) {
            "FullyQualifiedName~.$($found.Groups[2].Value)."
        }
    }
    $parts = @(if ($classes) { "($($classes -join '|'))" }) + @(if ($Filter) { "FullyQualifiedName~$Filter" })
    $parts -join '&'
}
