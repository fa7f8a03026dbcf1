# Tries the package out: what is in it, and whether a module that was installed from it works.
[CmdletBinding()]
param([string]$ModuleBase, [string]$Package)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$InformationPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
. (Join-Path $PSScriptRoot 'Assert-IsolatedHome.ps1')
. (Join-Path $PSScriptRoot '../tasks/Common.ps1')
Add-Type -AssemblyName System.IO.Compression.FileSystem

function Confirm-Content {
    param([string]$ModuleBase, [string]$Package)
    $archive = [IO.Compression.ZipFile]::OpenRead($Package)
    try {
        foreach ($entry in $archive.Entries) { Write-Information ('{0,9:N0}  {1}' -f $entry.Length, $entry.FullName) }
        $names = $archive.Entries | ForEach-Object { [Uri]::UnescapeDataString($_.FullName) }
        foreach ($file in Get-ChildItem -LiteralPath $ModuleBase -Recurse -File) {
            $name = $file.FullName.Substring($ModuleBase.Length + 1).Replace('\', '/')
            if ($names -notcontains $name) { throw "The package lacks $name." }
        }
        $reader = New-Object IO.StreamReader ($archive.GetEntry('NotionAuth.nuspec').Open())
        $nuspec = [xml]$reader.ReadToEnd()
    }
    finally { $archive.Dispose() }
    $metadata = $nuspec.package.metadata
    $dependency = $metadata.GetElementsByTagName('dependency') | Where-Object { $_.id -eq 'Microsoft.PowerShell.SecretManagement' }
    if (-not $dependency -or -not $metadata.description -or " $($metadata.tags) " -notlike '* PSModule * OAuth *') {
        throw 'The nuspec lacks its dependency, its description or its tags.'
    }
    Write-Information "nuspec: $($metadata.id) $($metadata.version), needs $($dependency.id) $($dependency.version)"
}

<# Installs the module into a folder, as a user's client would; returns the folder. #>
function Save-FromPackage {
    param([string]$ModuleBase, [string]$Package)
    $folder = [IO.Directory]::CreateDirectory((Join-Path $env:HOME 'installed')).FullName
    if (-not (Get-Command Save-PSResource -ErrorAction Ignore)) {
        [IO.Compression.ZipFile]::ExtractToDirectory($Package, (Join-Path $folder "NotionAuth/$(Split-Path -Leaf $ModuleBase)"))
        return $folder
    }
    $gallery = [IO.Directory]::CreateDirectory((Join-Path $env:HOME 'gallery')).FullName
    Copy-Item -LiteralPath $Package -Destination $gallery
    Register-PSResourceRepository -Name NotionAuthPackageTest -Uri $gallery -Trusted
    $found = Find-PSResource -Name NotionAuth -Repository NotionAuthPackageTest
    Write-Information "repository: $($found.Name) $($found.Version), tags $($found.Tags -join ' ')"
    Save-PSResource -Name NotionAuth -Repository NotionAuthPackageTest -Path $folder -SkipDependencyCheck
    $folder
}

Confirm-Content $ModuleBase $Package
$installed = Save-FromPackage $ModuleBase $Package
$env:PSModulePath = $installed + [IO.Path]::PathSeparator + $env:PSModulePath
$import = 'Import-Module NotionAuth -ErrorAction Stop; (Get-Module NotionAuth).ModuleBase; (Get-Command -Module NotionAuth).Name -join '' '''
$program, $arguments = @(Get-PowerShellProgram) + '-NoLogo' + '-NoProfile' + '-NonInteractive' + '-Command' + $import
$answer = @(& $program @arguments)
if ($answer.Count -ne 2 -or -not $answer[0].StartsWith($installed) -or ($answer[1] -split ' ').Count -ne 5) { throw "Importing from the package gave: $answer" }
Write-Information "imported in a fresh process: $($answer[1])"
exit 0
