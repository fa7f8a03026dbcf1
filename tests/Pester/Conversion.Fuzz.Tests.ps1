BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
}

Describe 'Fuzzing the conversion' {
    # Short by default; NOTIONAUTH_FUZZ_SECONDS is the time, NOTIONAUTH_FUZZ_SEED the seed that a failure names
    # (build.ps1 Fuzz).
    It 'broken JSON is refused, and all other means the same when it comes back' {
        $references = 'System.Runtime', 'System.Collections', 'System.Linq', 'System.Memory', 'System.Runtime.Numerics',
            'System.Text.Json', 'System.Text.Encoding.Extensions', 'System.Management.Automation', 'netstandard'
        Add-Type -TypeDefinition (
            [IO.File]::ReadAllText((Join-Path $PSScriptRoot 'Support/ConversionFuzz.cs'))
        ) -ReferencedAssemblies $references
        $seed = if ($env:NOTIONAUTH_FUZZ_SEED) { [int]$env:NOTIONAUTH_FUZZ_SEED } else { 20261121 }
        $limit = if ($env:NOTIONAUTH_FUZZ_SECONDS) { [timespan]::FromSeconds([int]$env:NOTIONAUTH_FUZZ_SECONDS) }
        else { [timespan]::Zero }
        $fuzz = [NotionAuth.Tests.ConversionFuzz]::new([NotionAuth.Commands.InvokeNotionRequestCommand].Assembly, $seed)
        $fuzz.Run($limit, 4000) | Should -BeNullOrEmpty
        Write-Information -InformationAction Continue -MessageData "      $fuzz"
        $fuzz.Good | Should -BeGreaterThan 500
        $fuzz.Broken | Should -BeGreaterThan 500
        $fuzz.Duplicate | Should -BeGreaterThan 20
    }
}

Describe 'Fuzzing the values of bodies and queries' {
    It 'a value of every type of the base library is sent as what it means, or is an error that names its place' {
        # Some types make files of the names that they are given.
        $before = [Environment]::CurrentDirectory
        [Environment]::CurrentDirectory = New-TestFolder
        try {
            Add-Type -TypeDefinition (
                [IO.File]::ReadAllText((Join-Path $PSScriptRoot 'Support/ValueFuzz.cs'))
            ) -ReferencedAssemblies 'System.Runtime', 'System.Collections', 'System.Collections.NonGeneric',
                'System.Collections.Specialized', 'System.Linq', 'System.Memory', 'System.Text.Json',
                'System.Xml.ReaderWriter', 'System.Private.Uri', 'netstandard'
            $fuzz = [NotionAuth.Tests.ValueFuzz]::new([NotionAuth.Commands.InvokeNotionRequestCommand].Assembly)
            $fuzz.Run()
            $fuzz.Problems | Select-Object -First 20 | Should -BeNullOrEmpty
            Write-Information -InformationAction Continue -MessageData "      $fuzz"
            $fuzz.Types | Should -BeGreaterThan 500
            $fuzz.Sent | Should -BeGreaterThan 100
            $fuzz.Refused | Should -BeGreaterThan 500
        }
        finally {
            [Environment]::CurrentDirectory = $before
        }
    }
}
