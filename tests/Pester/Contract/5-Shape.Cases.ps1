# The cmdlets' parameters, and the types that others see.
@(
    @{
        Name = 'The cmdlets have these parameters'
        Do   = {
            foreach ($command in Get-Command -Module Microsoft.PowerShell.SecretManagement | Sort-Object Name) {
                $type = [Management.Automation.CmdletAttribute]
                $cmdlet = $command.ImplementingType.GetCustomAttributes($type, $false)[0]
                "$($command.Name) of $($command.ImplementingType.FullName), output $($command.OutputType.Name), " +
                    "default set '$($command.DefaultParameterSet)', ShouldProcess $($cmdlet.SupportsShouldProcess)"
                foreach ($parameter in $command.Parameters.Values | Sort-Object Name) {
                    $common = [Management.Automation.PSCmdlet]::CommonParameters +
                        [Management.Automation.PSCmdlet]::OptionalCommonParameters
                    if ($parameter.Name -in $common) { continue }
                    $attributes = @($parameter.Attributes | ForEach-Object { $_.GetType().Name } |
                        Where-Object { $_ -ne 'NullableAttribute' }) | Sort-Object -Unique
                    "  $($parameter.Name) $($parameter.ParameterType) $($attributes -join ' ')"
                    foreach ($attribute in $parameter.Attributes | Where-Object { $_ -is [Parameter] } |
                            Sort-Object ParameterSetName) {
                        "    $($attribute.ParameterSetName) $($attribute.Position), mandatory " +
                            "$($attribute.Mandatory), from pipeline $($attribute.ValueFromPipeline), by name " +
                            "$($attribute.ValueFromPipelineByPropertyName)"
                    }
                }
            }
        }
    }
    @{
        Name = 'The types have these members'
        Do   = {
            foreach ($type in (Get-Command Get-Secret).ImplementingType.Assembly.GetExportedTypes() |
                    Sort-Object FullName) {
                if ($type.IsSubclassOf([Management.Automation.PSCmdlet])) { continue }
                "$($type.FullName) of $($type.BaseType)"
                $type.GetConstructors() | ForEach-Object { "  $_" } | Sort-Object
                $type.GetProperties('Public,Instance,Static,DeclaredOnly') |
                    ForEach-Object { "  $_$(if ($_.CanWrite) { ' set' })" } | Sort-Object
            }
        }
    }
)
